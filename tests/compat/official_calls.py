"""Run by the official SDK's Python: makes the calls that it reads, tells as JSON what came of each."""

import datetime
import json
import sys

import upstox_client


def value(raw):
    """A value of a call; what JSON has no form for is spelled as `{"$date": ...}`."""
    if isinstance(raw, dict) and "$date" in raw:
        return datetime.date.fromisoformat(raw["$date"])
    return raw


def plain(result):
    if isinstance(result, list):
        return [plain(item) for item in result]
    if isinstance(result, dict):
        return {str(name): plain(item) for name, item in result.items()}
    return plain(result.to_dict()) if hasattr(result, "to_dict") else result


def made(api, call):
    try:
        arguments = {name: value(raw) for name, raw in call["arguments"].items()}
        return {"result": plain(getattr(api, call["operation"])(**arguments))}
    except upstox_client.rest.ApiException as error:
        body = error.body.decode() if isinstance(error.body, bytes) else error.body
        headers = {name.lower(): text for name, text in (error.headers or {}).items()}
        return {"status": error.status, "reason": error.reason, "body": body, "headers": headers}


class Body:
    """An answer, as far as the SDK's deserializer looks at it."""

    def __init__(self, data):
        self.data = data


def decoded(client, sample):
    """A sample as the SDK shows it; answers of some operations have no model there."""
    if not hasattr(upstox_client.models, sample["model"]):
        return json.loads(sample["body"])
    return plain(client.deserialize(Body(sample["body"]), sample["model"]))


def main():
    task = json.load(sys.stdin)
    configuration = upstox_client.Configuration()
    configuration.host, configuration.order_host = task["host"], task["order_host"]
    configuration.access_token = "the-token"
    client = upstox_client.ApiClient(configuration)
    answers = [made(getattr(upstox_client, call["api"])(client), call) for call in task["calls"]]
    if "samples" in task:
        shown = [decoded(client, sample) for sample in task["samples"]]
        answers = {"calls": answers, "samples": shown}
    print(json.dumps(answers, default=lambda moment: moment.isoformat()))


main()
