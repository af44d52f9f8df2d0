"""What is known beside the prices: companies, news, offers, funds, flows."""
