"""Who may call a handler's method: jupyter_server's own decorators, with their types kept."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from tornado import web

_Method = TypeVar("_Method", bound=Callable[..., Any])


def anybody(method: _Method) -> _Method:
    """Somebody who is not logged in, too."""
    return cast(_Method, allow_unauthenticated(method))


def somebody(method: _Method) -> _Method:
    """Who is logged in; others are led to the form."""
    return cast(_Method, web.authenticated(method))


def owner(method: _Method) -> _Method:
    """The person whose page the kernel in the address serves."""
    return cast(_Method, web.authenticated(authorized("execute")(method)))
