from upstox_client.rest import ApiException

try:
    profile_response = user_api.get_profile(api_version='2.0')
except ApiException as e:
    print(f"API Exception: {e.status} - {e.reason}")
    print(f"Response body: {e.body}")
