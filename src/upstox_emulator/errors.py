"""Refusals: the documented codes with their texts and HTTP statuses, in one table.

https://upstox.com/developer/api-documentation/error-codes. Codes are not unique (1181 and 1184 to 1186 mean one thing
for the kill switch and another for static IPs), so each refusal has a name of its own. Statuses that the documentation
leaves open are listed as guesses in docs/emulator/fidelity.md.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """A documented way to be refused."""

    code: str
    message: str
    status: int = 400


KINDS: Final[dict[str, Kind]] = {
    # Login
    "api_key_required": Kind("UDAPI1017", "API Key is required"),
    "redirect_uri_required": Kind("UDAPI1018", "Redirect URI is required"),
    "code_required": Kind("UDAPI1022", "Code is required"),
    "grant_type_required": Kind("UDAPI1023", "Grant type is required"),
    "secret_required": Kind("UDAPI1024", "App Secret is required"),
    "notifier_missing": Kind("UDAPI1123", "Invalid notifier url"),
    "not_individual": Kind("UDAPI1124", "Invalid user type"),
    "credentials": Kind("UDAPI100016", "Invalid Credentials"),
    "code_invalid": Kind("UDAPI100057", "Invalid Auth code"),
    "client_or_redirect": Kind("UDAPI100068", "Check your 'client_id' and 'redirect_uri'; one or both are incorrect."),
    "client_or_secret": Kind("UDAPI100069", "Check your 'client_id' and 'client_secret'; one or both are incorrect."),
    "redirect_invalid": Kind(
        "UDAPI100070", "The 'redirect_uri' provided is invalid. Please enter the valid URI and try again"
    ),
    "client_inactive": Kind("UDAPI100073", "Your 'client_id' is inactive"),
    # Any call
    "token_invalid": Kind("UDAPI100050", "Invalid token used to access API", 401),
    "extended_token": Kind(
        "UDAPI100067", "The API you are trying to access is not permitted with an extended_token", 403
    ),
    "read_only_token": Kind("UDAPI100067", "The API you are trying to access is not permitted with this token", 403),
    "not_found": Kind("UDAPI100060", "Resource not Found.", 404),
    "method": Kind("UDAPI10000", "This request is not supported by Upstox API", 405),
    "invalid_input": Kind("UDAPI100036", "Invalid Input"),
    "not_json": Kind("UDAPI100038", "Invalid input passed to the API"),
    "too_many": Kind("UDAPI10005", "Too Many Request Sent", 429),
    "internal": Kind("UDAPI100500", "Something went wrong... please contact us", 500),
    # Feeds
    "feed_forbidden": Kind("UDAPI100067", "The feed is not permitted: it is refused, or too many are connected", 403),
    # Market calendar
    "date_invalid": Kind("UDAPI1088", "Invalid date"),
    "exchange_invalid": Kind("UDAPI1089", "Invalid exchange"),
    # Account
    "segment_invalid": Kind("UDAPI1019", "segment is invalid"),
    "no_segments": Kind(
        "UDAPI100058",
        "No segments for these users are active. Manual reactivation is recommended from Upstox app/web",
    ),
    "funds_closed": Kind("UDAPI100072", "The Funds service is accessible from 5:30 AM to 12:00 AM IST daily", 423),
    "switch_open_positions": Kind("UDAPI1184", "Segment status cannot be changed until all open positions are closed"),
    "switch_cooling": Kind("UDAPI1185", "Cannot enable segment - cooling period is still in effect"),
    "switch_segment": Kind("UDAPI1186", "The specified segment does not exist"),
    "switch_action": Kind("UDAPI1188", "Invalid action. Allowed values are ENABLE and DISABLE"),
    "ip_required": Kind("UDAPI1182", "Primary IP is required"),
    "ip_invalid": Kind("UDAPI1183", "Invalid IP"),
    "ip_equal": Kind("UDAPI1184", "Primary and secondary IP must be different"),
    "ip_weekly": Kind("UDAPI1185", "Static IP can only be updated once per week"),
    "mode_required": Kind("UDAPI1215", "The mode is required"),
    "mode_invalid": Kind("UDAPI1216", "The mode must be NEFT or IMPS"),
    "amount_required": Kind("UDAPI1217", "The amount is required"),
    "amount_small": Kind("UDAPI1218", "The amount must be at least 100"),
    # Instruments
    "instrument_required": Kind("UDAPI1009", "The 'instrument_key' is required"),
    "instrument_unknown": Kind("UDAPI100011", "Invalid Instrument key"),
    "search_query_empty": Kind("UDAPI1169", "The 'query' must not be empty"),
    "search_query_long": Kind("UDAPI1170", "The 'query' must not be longer than 50 characters"),
    "search_exchange": Kind("UDAPI1171", "Invalid exchange. Allowed values are ALL, NSE, BSE, MCX"),
    "search_segment": Kind(
        "UDAPI1172", "Invalid segment. Allowed values are ALL, EQ, FO, CURR, COMM, INDEX, OPT, FUT, OPTION_CHAIN"
    ),
    "search_records_many": Kind("UDAPI1173", "The 'records' must not be more than 30"),
    "search_page": Kind("UDAPI1174", "The 'page_number' must be at least 1"),
    "search_expiry": Kind(
        "UDAPI1175", "Invalid expiry. Allowed are days as yyyy-MM-dd and the words for weeks and months"
    ),
    "search_records_few": Kind("UDAPI1196", "The 'records' must be at least 1"),
    # Quotes, candles and chains
    "quote_key": Kind("UDAPI1087", "One of either symbol or instrument_key is invalid"),
    "quote_key_format": Kind("UDAPI1011", "Instrument key is of invalid format"),
    "quote_key_foreign": Kind("UDAPI100095", "Invalid Instrument key"),
    "quotes_many": Kind("UDAPI100042", "Maximum 500 instruments can be requested in a single API call"),
    "prices_many": Kind("UDAPI100043", "Data of only 500 instrument keys can be requested in single API call"),
    "greeks_many": Kind("UDAPI100076", "Data of only 50 instrument keys can be requested in single API call"),
    "quote_interval_required": Kind("UDAPI1027", "interval is required"),
    "quote_interval": Kind("UDAPI1028", "Invalid interval"),
    "candle_key_format": Kind("UDAPI1021", "Instrument key is of invalid format"),
    "candle_interval": Kind("UDAPI1020", "Interval accepts one of (1minute,30minute,day,week,month)"),
    "candle_interval_today": Kind("UDAPI1076", "Interval accepts one of (1minute,30minute)"),
    "candle_interval_expired": Kind(
        "UDAPI1020", "Interval accepts one of (1minute,3minute,5minute,15minute,30minute,day)"
    ),
    "candle_dates": Kind("UDAPI1015", "to_date must be a valid date and must not be before from_date"),
    "candle_unit": Kind("UDAPI1146", "Invalid unit"),
    "candle_unit_interval": Kind("UDAPI1147", "Invalid interval"),
    "candle_range": Kind("UDAPI1148", "Invalid date range"),
    # Orders
    "order_id_missing": Kind("UDAPI1003", "Order id is required"),
    "order_type_required": Kind("UDAPI1004", "Valid order type is required"),
    "order_product_required": Kind("UDAPI1006", "Product is required"),
    "validity_required": Kind("UDAPI1007", "Validity is required"),
    "order_price_required": Kind("UDAPI1008", "Price is required"),
    "order_id_invalid": Kind("UDAPI1010", "Order id accepts only alphanumeric characters and '-'."),
    "order_id_required": Kind("UDAPI1023", "Order id is required"),
    "order_instrument_required": Kind("UDAPI1026", "Instrument key is required"),
    "modify_limit_price": Kind("UDAPI1029", "'price' is required"),
    "modify_market_price": Kind("UDAPI1030", "'price' is not required"),
    "modify_stop_prices": Kind("UDAPI1031", "Price and Trigger price both are required"),
    "modify_stop_trigger": Kind("UDAPI1032", "Only 'trigger_price' is required"),
    "modify_trigger_required": Kind("UDAPI1036", "The 'trigger_price' is required"),
    "trigger_above_limit": Kind("UDAPI1037", "Trigger price should be less than limit price"),
    "trigger_below_limit": Kind("UDAPI1038", "Trigger price should be greater than limit price"),
    "disclosed_small": Kind("UDAPI1039", "Disclosed quantity should not be less than 10% of the quantity"),
    "market_price": Kind("UDAPI1040", "Price not required"),
    "stop_prices": Kind("UDAPI1041", "The 'price' and 'trigger_price' both are required"),
    "stop_trigger": Kind("UDAPI1042", "Only 'trigger_price' is required"),
    "limit_price": Kind("UDAPI1043", "The 'price' is required"),
    "order_quantity_zero": Kind("UDAPI1052", "The order 'quantity' cannot be zero"),
    "order_product_invalid": Kind("UDAPI1054", "The 'product' is invalid"),
    "validity_invalid": Kind("UDAPI1055", "The 'validity' is invalid"),
    "order_type_invalid": Kind("UDAPI1056", "The 'order_type' is invalid"),
    "side_invalid": Kind("UDAPI1057", "The 'transaction_type' is invalid"),
    "order_segment_invalid": Kind("UDAPI1108", "Invalid segment"),
    "nothing_open": Kind("UDAPI1109", "No open or pending order available"),
    "too_many_open": Kind("UDAPI1110", "Available open or pending orders should not be more than 10"),
    "nothing_to_exit": Kind("UDAPI1111", "No open position available to exit"),
    "too_many_positions": Kind("UDAPI1112", "Available open positions should not be more than 10"),
    "exit_closed": Kind("UDAPI1113", "The Exit Positions API is accessible during the market hours only."),
    "no_order_lines": Kind("UDAPI1114", "Request payload should have at least one order line"),
    "correlation_missing": Kind("UDAPI1115", "Missing correlation_id"),
    "correlation_length": Kind("UDAPI1116", "Invalid correlation_id: Length must be between 1 and 20 characters"),
    "correlation_duplicate": Kind("UDAPI1117", "Duplicate correlation_id found"),
    "too_many_orders": Kind("UDAPI1118", "Maximum order limit exceeded"),
    "tag_long": Kind("UDAPI1119", "tag length exceeds limit"),
    "static_ip": Kind("UDAPI1154", "Access to this API is blocked due to static IP restrictions.", 403),
    "algo_name": Kind("UDAPI1156", "Invalid Algo name passed in headers"),
    "market_order": Kind("UDAPI1158", "Market orders are not allowed. Try placing a limit order."),
    "protection_large": Kind("UDAPI1159", "Market Protection cannot be greater than 25%"),
    "protection_invalid": Kind("UDAPI1160", "Invalid market protection"),
    "mcx_disabled": Kind(
        "UDAPI1161",
        "MCX API orders are temporarily disabled. Meanwhile, place commodity orders on NSE (NSCOM).",
    ),
    "order_unknown": Kind("UDAPI100010", "Order not found"),
    "order_instrument_invalid": Kind("UDAPI100011", "Invalid Instrument key"),
    "amo_in_hours": Kind("UDAPI100039", "AMO orders cannot be placed during the market hours"),
    "order_ended_cancel": Kind("UDAPI100040", "Cancel of already cancelled/rejected/completed order is not allowed"),
    "order_ended_modify": Kind(
        "UDAPI100041", "Modifications of already cancelled/rejected/completed orders is not allowed"
    ),
    "order_restricted": Kind(
        "UDAPI100049",
        "Access to this API has been restricted for your account. Please use 'Uplink Business' to "
        "place/modify/cancel the order",
    ),
    "order_id_or_tag": Kind("UDAPI100059", "At least one of 'order_id' or 'tag' is required to fetch order details"),
    "orders_closed": Kind("UDAPI100074", "The Place order API is accessible from 5:30 AM to 12:00 AM IST daily", 423),
    # GTT orders
    "gtt_type_required": Kind("UDAPI1126", "Valid GTT type is required"),
    "gtt_type_invalid": Kind("UDAPI1127", "The 'type' is invalid"),
    "gtt_rules_required": Kind("UDAPI1128", "GTT rules are required"),
    "gtt_strategy_required": Kind("UDAPI1129", "GTT strategy is required"),
    "gtt_strategy_invalid": Kind("UDAPI1130", "Invalid GTT strategy specified"),
    "gtt_trigger_type_required": Kind("UDAPI1131", "GTT trigger_type is required"),
    "gtt_trigger_type_invalid": Kind("UDAPI1132", "Invalid GTT trigger_type specified"),
    "gtt_trigger_required": Kind("UDAPI1133", "GTT trigger_price is required"),
    "gtt_id_required": Kind("UDAPI1134", "gtt_order_id is required"),
    "gtt_id_invalid": Kind("UDAPI1135", "GTT order ID must start with 'GTT-'"),
    "gtt_single_rules": Kind("UDAPI1136", "For SINGLE type, rules list must contain exactly one rule"),
    "gtt_multiple_rules": Kind(
        "UDAPI1137", "For MULTIPLE type, the rules list must have at least 2 rules but no more than 3"
    ),
    "gtt_strategy_foreign": Kind("UDAPI1138", "Rules contain an invalid strategy"),
    "gtt_strategy_twice": Kind("UDAPI1139", "A strategy can only be used once in the rules"),
    "gtt_trigger_positive": Kind("UDAPI1140", "Trigger price must be a positive value"),
    "gtt_entry_required": Kind("UDAPI1141", "One ENTRY strategy is required"),
    "gtt_trigger_type_foreign": Kind("UDAPI1142", "Rules contain an invalid trigger_type"),
    "gtt_immediate_only": Kind("UDAPI1143", "Non-ENTRY strategies must have only IMMEDIATE trigger type"),
    "gtt_open_immediate": Kind("UDAPI1150", "Only IMMEDIATE trigger type is allowed when modifying open GTT orders"),
    "gtt_trailing_gap": Kind("UDAPI1151", "Trailing gap cannot be less than minimum value"),
    "gtt_protection_large": Kind("UDAPI1176", "Market Protection cannot be greater than 25%"),
    "gtt_protection_invalid": Kind("UDAPI1177", "Invalid market protection"),
    # Companies
    "isin_invalid": Kind("UDAPI1206", "Invalid ISIN"),
    "statement_type": Kind("UDAPI1207", "Invalid type. Allowed values: consolidated, standalone"),
    "time_period": Kind("UDAPI1208", "Invalid time_period. Allowed values: yearly, quarterly"),
    # News
    "news_category": Kind("UDAPI1189", "Invalid category. Allowed values: instrument_keys, positions, holdings"),
    "news_keys_required": Kind("UDAPI1190", "The 'instrument_keys' are required for this category"),
    "news_keys_many": Kind("UDAPI1193", "The 'instrument_keys' cannot be more than 30"),
    # New issues
    "ipo_status": Kind("UDAPI1219", "Invalid status. Allowed values: open, closed, listed, upcoming"),
    "ipo_type": Kind("UDAPI1220", "Invalid issue_type. Allowed values: regular, sme"),
    "ipo_unknown": Kind("UDAPI100500", "IPO data not found for Id", 404),
    "ipo_id_required": Kind("UDAPI1226", "The 'id' is required"),
    "ipo_order_unknown": Kind("UDAPI1226", "Order not found.", 404),
    "ipo_upi_required": Kind("UDAPI1227", "The 'upi' is required"),
    "ipo_category_required": Kind("UDAPI1228", "The 'category' is required"),
    "ipo_category": Kind("UDAPI1229", "Invalid category. Allowed values: IND, HNI"),
    "ipo_bid_required": Kind("UDAPI1231", "At least one bid is required"),
    "ipo_quantity_required": Kind("UDAPI1232", "The 'quantity' of a bid is required"),
    "ipo_price_required": Kind("UDAPI1233", "The 'price' of a bid is required"),
    "ipo_too_many_bids": Kind("UDAPI1235", "A maximum of three bids is allowed"),
    "ipo_upi": Kind("UDAPI1236", "Invalid UPI id"),
    # Mutual funds
    "fund_order_unknown": Kind("UDAPI100010", "Order not found", 404),
    # Market information and smartlists
    "flow_type": Kind("UDAPI1198", "Invalid data_type"),
    "flow_interval": Kind("UDAPI1199", "Invalid interval. Allowed values: 1D, 1M"),
    "flow_from": Kind("UDAPI1200", "Invalid from date"),
    "chain_expiry": Kind("UDAPI1202", "Invalid expiry"),
    "chain_date": Kind("UDAPI1203", "Invalid date"),
    "chain_interval": Kind("UDAPI1204", "Invalid interval"),
    "chain_bucket": Kind("UDAPI1205", "Invalid bucket_interval"),
    "smartlist_asset": Kind("UDAPI1212", "Invalid asset_type. Allowed values: INDEX, STOCK, COMMODITY"),
    "smartlist_category": Kind("UDAPI1213", "Invalid category for this asset_type"),
    "smartlist_page_size": Kind("UDAPI1214", "The 'page_size' must be from 1 to 50"),
    # Portfolio, charges and reports
    "position_data": Kind("UDAPI1033", "Get position data failed"),
    "positions_none": Kind("UDAPI1034", "Positions unavailable for given user id"),
    "position_unknown": Kind("UDAPI1035", "Positions unavailable for given instrument key or product"),
    "charges_key": Kind("UDAPI1059", "The instrument_token is of invalid format"),
    "charges_quantity_required": Kind("UDAPI1060", "The quantity is required"),
    "charges_price_required": Kind("UDAPI1061", "The price is required"),
    "charges_side_required": Kind("UDAPI1062", "The transaction_type is required"),
    "charges_product_required": Kind("UDAPI1063", "The product is required"),
    "charges_quantity_zero": Kind("UDAPI1064", "The quantity cannot be zero"),
    "charges_price_zero": Kind("UDAPI1065", "The price cannot be zero"),
    "margin_price": Kind("UDAPI1095", "Price must be greater than zero"),
    "margin_quantity": Kind("UDAPI1096", "Quantity cannot be less than or equal to zero"),
    "margin_quantity_required": Kind("UDAPI1097", "The quantity is required"),
    "margin_key": Kind("UDAPI1098", "Instrument invalid format"),
    "margin_key_required": Kind("UDAPI1099", "Instrument key is required"),
    "margin_product_required": Kind("UDAPI1100", "The product is required"),
    "margin_side_required": Kind("UDAPI1101", "The transaction_type is required"),
    "margin_many": Kind("UDAPI1102", "The instrument limit has been exceeded"),
    "margin_duplicate": Kind("UDAPI1103", "Instrument key cannot be duplicated"),
    "margin_lot": Kind("UDAPI1104", "Quantity should be multiple of lot size"),
    "report_segment": Kind("UDAPI1066", "The segment is invalid"),
    "report_segment_required": Kind("UDAPI1067", "The 'segment' is required"),
    "history_start_required": Kind("UDAPI1068", "The start_date is required"),
    "history_end_required": Kind("UDAPI1069", "The end_date is required"),
    "report_year_required": Kind("UDAPI1070", "The financial_year is required"),
    "report_page_required": Kind("UDAPI1071", "The page_number is required"),
    "report_size_required": Kind("UDAPI1072", "The page_size is required"),
    "report_year_length": Kind("UDAPI1073", "Financial year should have max length of 4"),
    "report_year": Kind("UDAPI1074", "The financial_year is invalid"),
    "report_year_future": Kind("UDAPI100051", "Invalid financial year"),
    "report_dates": Kind(
        "UDAPI1075", "to_date must be greater than or equal to from_date and Date should be in valid format: dd-mm-yyyy"
    ),
    "report_dates_outside": Kind("UDAPI1105", "The provided dates do not fall within the specified financial year"),
    "report_size_few": Kind("UDAPI1106", "The page_size should be greater than or equal to 1"),
    "report_size_many": Kind("UDAPI1107", "The page_size should be less than or equal to 5000"),
    "history_page_required": Kind("UDAPI1091", "The page_number is required"),
    "history_size_required": Kind("UDAPI1092", "The page_size is required"),
    "history_dates_outside": Kind("UDAPI1093", "The start_date and end_date exceed the financial year limit"),
    "history_dates": Kind(
        "UDAPI1094",
        "end_date must be greater than or equal to start_date and Date should be in valid format:yyyy-MM-dd",
    ),
    "history_size_few": Kind("UDAPI1120", "The page_size should be greater than or equal to 1"),
    "history_size_many": Kind("UDAPI1121", "The page_size should be less than or equal to 5000"),
    "history_page_few": Kind("UDAPI1122", "The page_number should be greater than or equal to 1"),
}


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a request."""

    kind: Kind
    message: str
    property_path: str | None = None
    invalid_value: Any = None


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure of ours
    """The server's no, with one or several reasons. The status is the first one's."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.kind.code} {problem.message}" for problem in problems))
        self.problems = problems
        self.status = problems[0].kind.status

    def envelope(self) -> dict[str, Any]:
        """The answer's body; every name in both spellings, as Upstox sends them."""
        return {"status": "error", "errors": [_entry(problem) for problem in self.problems]}


def problem(name: str, message: str | None = None, path: str | None = None, value: Any = None) -> Problem:
    """A reason by its name in the table."""
    kind = KINDS[name]
    return Problem(kind, message or kind.message, path, value)


def refuse(name: str, message: str | None = None, path: str | None = None, value: Any = None) -> Refusal:
    """A refusal for one reason."""
    return Refusal(problem(name, message, path, value))


def _entry(problem: Problem) -> dict[str, Any]:
    code, path, value = problem.kind.code, problem.property_path, problem.invalid_value
    return {
        "errorCode": code,
        "message": problem.message,
        "propertyPath": path,
        "invalidValue": value,
        "error_code": code,
        "property_path": path,
        "invalid_value": value,
    }
