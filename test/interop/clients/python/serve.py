"""What the drivers have in common: the lines on stdin and stdout, which ../README.md describes."""

import json
import sys


class NotOffered(Exception):
    """The client has no such operation, no such parameter, or none that can hold the value."""


def serve(make_caller, introduction):
    """Answers each line: a configuration with the introduction, a request with what the caller made of it has to say."""
    caller = None
    for line in sys.stdin:
        try:
            asked = json.loads(line)
            if "endpoint" in asked:
                caller = make_caller(asked)
                answer = introduction
            elif caller is None:
                answer = {"failed": "a configuration must come first"}
            else:
                answer = caller.call(asked["action"], asked.get("parameters", {}))
        except NotOffered as reason:
            answer = {"notOffered": True, "reason": str(reason)}
        except Exception as error:  # the next line may be better
            answer = {"failed": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer, default=str), flush=True)
