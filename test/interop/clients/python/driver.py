"""Drives alibabacloud-kms20160120, the official client for Python, by its own typed operations.

Reads requests on stdin and writes an answer each to stdout, one JSON object a line; ../README.md
describes them. It knows the client and nothing else: operations and parameters are found by
reflection, and the client is used as it was installed.
"""

import inspect
import json
import sys
import typing
from importlib.metadata import version

from alibabacloud_kms20160120 import models
from alibabacloud_kms20160120.client import Client
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.runtime import RuntimeOptions
from serve import NotOffered, serve

PACKAGE = "alibabacloud-kms20160120"
TIMEOUT_MS = 60_000


def squeeze(name):
    """GenerateDataKey and generate_data_key alike become generatedatakey."""
    return name.replace("_", "").lower()


METHODS = {
    squeeze(name.removesuffix("_with_options")): name
    for name, _ in inspect.getmembers(Client, inspect.isfunction)
    if name.endswith("_with_options")
}
OPERATIONS = sorted(
    name.removesuffix("Response")
    for name in dir(models)
    if name.endswith("Response") and squeeze(name.removesuffix("Response")) in METHODS
)


class Caller:
    """One client with its configuration."""

    def __init__(self, configuration):
        self.client = Client(
            Config(
                access_key_id=configuration["accessKeyId"],
                access_key_secret=configuration["accessKeySecret"],
                security_token=configuration.get("securityToken"),
                endpoint=configuration["endpoint"],
                protocol=configuration["protocol"],
                region_id=configuration["region"],
                # The path of a PEM file here; its content in the clients for Go and Java.
                ca=configuration.get("caFile"),
                signature_version=configuration.get("signatureVersion"),
                signature_algorithm=configuration.get("signatureAlgorithm"),
            )
        )
        self.runtime = RuntimeOptions(
            autoretry=False, connect_timeout=TIMEOUT_MS, read_timeout=TIMEOUT_MS
        )

    def call(self, action, parameters):
        if action not in OPERATIONS:
            raise NotOffered(action)
        method = getattr(self.client, METHODS[squeeze(action)])
        arguments = [self.runtime]
        request_class = getattr(models, f"{action}Request", None)
        if request_class is not None:
            arguments.insert(0, typed_request(request_class, parameters))
        elif parameters:
            raise NotOffered("parameters")
        try:
            response = method(*arguments)
        except Exception as error:  # every class of error is an answer
            return refused(error)
        return {"ok": True, "body": response.body.to_map()}


def typed_request(request_class, parameters):
    """The client's own request, filled from the names on the wire."""
    hints = typing.get_type_hints(request_class.__init__, vars(sys.modules[request_class.__module__]))
    attributes = {squeeze(name): name for name in hints if name != "return"}
    values = {}
    for name, value in parameters.items():
        attribute = attributes.get(squeeze(name))
        if attribute is None:
            raise NotOffered(name)
        values[name] = typed_value(hints[attribute], name, value)
    request = request_class().from_map(values)
    # A list that was not given is there too, empty.
    lost = values.keys() - request.to_map().keys()
    if lost:
        raise NotOffered(f"{sorted(lost)}")
    return request


def typed_value(hint, name, value):
    """What a user of the typed request would write there."""
    try:
        if hint is str:
            return value if isinstance(value, str) else json.dumps(value)
        if hint is bool:
            return {"true": True, "false": False}[value] if isinstance(value, str) else bool(value)
        if hint is int:
            return int(value)
        wanted = typing.get_origin(hint)
        found = json.loads(value, object_pairs_hook=distinct) if isinstance(value, str) else value
        if wanted in (dict, list) and isinstance(found, wanted):
            return found
    except (KeyError, ValueError):
        pass
    raise NotOffered(f"{name} as {hint}")


def distinct(pairs):
    """A dict, which can't hold a name twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def refused(error):
    """With signature version v4 the client wraps what the server said in an UnretryableException."""
    while getattr(error, "inner_exception", None) is not None:
        error = error.inner_exception
    data = getattr(error, "data", None)
    if not isinstance(data, dict) or data.get("statusCode") is None:
        return {"failed": f"{type(error).__name__}: {error}"}
    answer = {
        "ok": False,
        "code": error.code,
        "httpStatus": data["statusCode"],
        "message": data.get("Message") or data.get("message") or error.message,
    }
    detail = getattr(error, "accessDeniedDetail", None)
    return answer if detail is None else {**answer, "accessDeniedDetail": detail}


serve(Caller, {"client": "python", "version": version(PACKAGE), "operations": OPERATIONS})
