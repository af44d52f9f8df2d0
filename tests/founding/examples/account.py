from upstox_client.api import UserApi
from upstox_client import Configuration, ApiClient

# Setup authenticated API client
configuration = Configuration()
configuration.access_token = 'your_access_token'
api_client = ApiClient(configuration)
user_api = UserApi(api_client)
# Get user profile
profile_response = user_api.get_profile(api_version='2.0')
profile_data = profile_response.data
print(f"User ID: {profile_data.user_id}")
print(f"Name: {profile_data.user_name}")
print(f"Broker: {profile_data.broker}")
print(f"Active: {profile_data.is_active}")
print(f"Exchanges: {profile_data.exchanges}")
print(f"Products: {profile_data.products}")
# Get fund and margin information
fund_response = user_api.get_user_fund_margin(api_version='2.0')
fund_data = fund_response.data
print(f"Available margin: {fund_data.equity.available_margin}")
print(f"Used margin: {fund_data.equity.used_margin}")
