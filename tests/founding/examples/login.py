import upstox_client
from upstox_client.api import LoginApi

# Step 1: Redirect user to authorization (usually done in web app)
login_api = LoginApi()
login_api.authorize(
    client_id='your_client_id',
    redirect_uri='https://yourapp.com/callback',
    api_version='2.0',
    state='random_state_value'
)
# Step 2: Exchange code for token (after user authorization)
token_response = login_api.token(
    api_version='2.0',
    code='authorization_code_from_redirect',
    client_id='your_client_id',
    client_secret='your_client_secret',
    redirect_uri='https://yourapp.com/callback',
    grant_type='authorization_code'
)
access_token = token_response.access_token
# Step 3: Use access token for API calls
configuration = upstox_client.Configuration()
configuration.access_token = access_token
# Step 4: Logout when done
logout_response = login_api.logout(api_version='2.0')
