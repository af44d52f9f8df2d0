import upstox_client

# Production environment
config = upstox_client.Configuration(sandbox=False)
config.access_token = 'your_production_access_token'
# Sandbox environment for testing
sandbox_config = upstox_client.Configuration(sandbox=True)
sandbox_config.access_token = 'your_sandbox_access_token'
# Create API client
api_client = upstox_client.ApiClient(config)
# Enable debug logging
config.debug = True
config.logger_file = 'upstox_api.log'
