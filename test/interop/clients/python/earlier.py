"""Drives aliyun-python-sdk-kms over aliyun-python-sdk-core, the earlier official client for Python, by its own requests.

Operations and parameters are found by reflection, and the client is used as it was installed.
"""

import importlib
import inspect
import json
import pkgutil
from importlib.metadata import version

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.http import protocol_type
from aliyunsdkkms.request import v20160120
from serve import NotOffered, serve

PACKAGE = "aliyun-python-sdk-kms"
TIMEOUT_S = 60
SUFFIX = "Request"
# What the client makes of a signature that KMS calls wrong, where both signed the same text.
SAID_BY_KMS = {"InvalidAccessKeySecret": "SignatureDoesNotMatch"}
OPERATIONS = sorted(
    name.removesuffix(SUFFIX)
    for _, name, _ in pkgutil.iter_modules(v20160120.__path__)
    if name.endswith(SUFFIX)
)


class Caller:
    """One client with its configuration."""

    def __init__(self, configuration):
        key = (configuration["accessKeyId"], configuration["accessKeySecret"])
        token = configuration.get("securityToken")
        as_whom = (
            {"ak": key[0], "secret": key[1]}
            if token is None
            else {"credential": StsTokenCredential(*key, token)}
        )
        self.client = AcsClient(
            **as_whom,
            region_id=configuration["region"],
            auto_retry=False,
            connect_timeout=TIMEOUT_S,
            timeout=TIMEOUT_S,
            verify=configuration.get("caFile"),
        )
        self.endpoint = configuration["endpoint"]
        # Compared by identity there: text that equals it would be http.
        self.protocol = getattr(protocol_type, configuration["protocol"])

    def call(self, action, parameters):
        if action not in OPERATIONS:
            raise NotOffered(action)
        request = filled_request(action, parameters)
        request.set_endpoint(self.endpoint)
        request.set_protocol_type(self.protocol)
        try:
            answer = self.client.do_action_with_exception(request)
        except ServerException as error:
            code = error.get_error_code()
            return {
                "ok": False,
                "code": SAID_BY_KMS.get(code, code),
                "httpStatus": error.get_http_status(),
                "message": error.get_error_msg(),
            }
        return {"ok": True, "body": json.loads(answer)}


def filled_request(action, parameters):
    """The client's own request, filled from the names on the wire: a setter's argument has that name."""
    name = f"{action}{SUFFIX}"
    module = importlib.import_module(f"{v20160120.__name__}.{name}")
    request = getattr(module, name)()
    # No setter has it: the client sends its own region, unless the request says another.
    setters = {"RegionId": lambda region: request.add_query_param("RegionId", region)}
    for setter_name, setter in inspect.getmembers(request, inspect.ismethod):
        if setter_name.startswith("set_"):
            arguments = list(inspect.signature(setter).parameters)
            if len(arguments) == 1 and setter_name.removeprefix("set_") in (arguments[0], f"{arguments[0]}s"):
                setters[arguments[0]] = setter
    for name, value in parameters.items():
        setter = setters.get(name)
        if setter is None:
            raise NotOffered(name)
        # A list's setter has its name in the plural.
        setter(json.loads(value) if setter.__name__ == f"set_{name}s" else value)
    return request


serve(
    Caller,
    {
        "client": "aliyun-python-sdk-kms",
        "version": f"{version(PACKAGE)} (aliyun-python-sdk-core {version('aliyun-python-sdk-core')})",
        "operations": OPERATIONS,
    },
)
