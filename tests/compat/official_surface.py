"""Run by the official SDK's Python: tells as JSON what its surface is."""

import importlib
import inspect
import json
import re

import upstox_client
import upstox_client.models

PARAMETER = re.compile(r":param (\S+) (\w+):")
REQUIRED = re.compile(r"verify the required parameter '(\w+)'")
ROUTE = re.compile(r"call_api\(\s*'([^']+)'(?: \+ [^,]+)?,\s*'(\w+)'")
PLACES = {
    "path": re.compile(r"path_params\['([^']+)'\] = params\['(\w+)'\]"),
    "query": re.compile(r"query_params\.append\(\('([^']+)', params\['(\w+)'\]\)\)"),
    "header": re.compile(r"header_params\['([^']+)'\] = params\['(\w+)'\]"),
    "post": re.compile(r"form_params\.append\(\('([^']+)', params\['(\w+)'\]\)\)"),
}


def operation(function):
    source = inspect.getsource(function)
    names = [name for kind, name in PARAMETER.findall(function.__doc__ or "") if name != "async_req"]
    places = {name: [place, wire] for place, found in PLACES.items() for wire, name in found.findall(source)}
    if "body_params = params['body']" in source:
        places["body"] = ["body", "body"]
    route = ROUTE.search(source)
    return {
        "names": names,
        "required": REQUIRED.findall(source),
        "places": places,
        "path": route and route.group(1),
        "method": route and route.group(2),
    }


def with_info(functions, name):
    """The call that does the work; of some v3 calls it has the version last."""
    return functions.get(f"{name}_with_http_info") or functions.get(f"{name[:-3]}_with_http_info_v3") or functions[name]


def operations(kind):
    functions = {name: f for name, f in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}
    return {name: operation(with_info(functions, name)) for name in functions if "with_http_info" not in name}


def classes(package):
    return dict(inspect.getmembers(package, inspect.isclass))


def model(kind):
    return {
        "module": kind.__module__,
        "parameters": [name for name in inspect.signature(kind).parameters if name != "_configuration"],
        "types": kind.swagger_types,
        "wire": kind.attribute_map,
    }


def methods(kind):
    return [name for name in dir(kind) if not name.startswith("_")]


found = classes(upstox_client)
apis = {name: kind for name, kind in found.items() if ".api." in kind.__module__}
models = {name: kind for name, kind in classes(upstox_client.models).items() if hasattr(kind, "swagger_types")}
print(
    json.dumps(
        {
            "apis": {
                n: {"module": k.__module__, "operations": operations(k), "methods": methods(k)} for n, k in apis.items()
            },
            "models": {name: model(kind) for name, kind in models.items()},
            "names": sorted(found),
            "configuration": sorted({*vars(upstox_client.Configuration()), *methods(upstox_client.Configuration)}),
            "client": sorted({*vars(upstox_client.ApiClient()), *methods(upstox_client.ApiClient)}),
            "exception": sorted(vars(importlib.import_module("upstox_client.rest").ApiException(0, "x"))),
        }
    )
)
