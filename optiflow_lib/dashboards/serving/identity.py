"""Who is asking: the signed cookie of the login form, a header of the proxy, or the person at this machine."""

import json
import logging
from dataclasses import dataclass
from typing import Any

from jupyter_server.auth import Authorizer, IdentityProvider, User
from jupyter_server.base.handlers import JupyterHandler

from optiflow_lib.dashboards.pages.visit import local_user
from optiflow_lib.dashboards.serving.accounts import Accounts
from optiflow_lib.dashboards.serving.lives import Lives, Owner
from optiflow_lib.store.users import Account

logger = logging.getLogger(__name__)

LOGIN_DAYS = 7
_FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Forwarded-Host")


@dataclass
class Person(User):  # type: ignore[misc]  # jupyter_server is untyped here
    """A user with what the store says of them; `local` is the person at this machine, whom no account names."""

    role: str = "viewer"
    language: str = ""
    seal: str = ""
    local: bool = False

    @property
    def owner(self) -> Owner:
        """As whom they own the kernels of their pages."""
        return Owner(self.username, f"{self.role} {self.seal}")


class PageIdentity(IdentityProvider):  # type: ignore[misc]
    """Knows each request's person; `accounts`, `local` and `header` are set by the server.

    Nobody has to log in when all of this holds: no account exists, the server listens on this machine only, and no
    proxy stands before it. Otherwise every page, kernel and websocket asks for a person.
    """

    accounts: Accounts
    local: bool = False
    header: str = ""

    async def owners(self) -> set[Owner]:
        """Everybody whose pages may stay open."""
        known = await self.accounts.known()
        people = [person_of(account) for account in known.values()]
        return {person.owner for person in (people or [local_person()])}

    async def get_user(self, handler: JupyterHandler) -> Person | None:
        """The person of a request; None when they must log in first."""
        known = await self.accounts.known()
        if not known:
            return self._local_person(handler)
        if self.header:
            account = known.get(handler.request.headers.get(self.header, ""))
        else:
            account = self._cookie_account(handler, known)
        return None if account is None else person_of(account)

    def log_in(self, handler: JupyterHandler, account: Account) -> None:
        """Gives the browser the cookie of a person whose password was right."""
        told = json.dumps({"name": account.name, "seal": account.seal})
        handler.set_secure_cookie(
            self.get_cookie_name(handler),
            told,
            expires_days=LOGIN_DAYS,
            httponly=True,
            samesite="Lax",
            secure=handler.request.protocol == "https",
            path=handler.base_url,
        )

    def log_out(self, handler: JupyterHandler) -> None:
        """Takes the cookie back."""
        handler.clear_cookie(self.get_cookie_name(handler), path=handler.base_url)

    @property
    def has_form(self) -> bool:
        """Is there anybody who could log in, and is it here that they do?"""
        return self.accounts.any and not self.header

    @property
    def auth_enabled(self) -> bool:
        """Always: whether nobody has to log in is decided request by request."""
        return True

    def get_handlers(self) -> list[tuple[str, object]]:
        """None: the server names its own."""
        return []

    def is_token_authenticated(self, handler: JupyterHandler) -> bool:  # noqa: ARG002
        """Never: there are no tokens."""
        return False

    def should_check_origin(self, handler: JupyterHandler) -> bool:  # noqa: ARG002
        """Always."""
        return True

    def _local_person(self, handler: JupyterHandler) -> Person | None:
        forwarded = next((name for name in _FORWARDED if name in handler.request.headers), None)
        if not self.local:
            return None
        if forwarded is not None:
            logger.warning("refused a visit through a proxy (%s): nobody could log in", forwarded)
            return None
        return local_person()

    def _cookie_account(self, handler: JupyterHandler, known: Any) -> Account | None:
        written = handler.get_secure_cookie(self.get_cookie_name(handler), max_age_days=LOGIN_DAYS)
        if written is None:
            return None
        told = json.loads(written)
        account: Account | None = known.get(told["name"])
        return account if account is not None and account.seal == told["seal"] else None


class PageAuthorizer(Authorizer):  # type: ignore[misc]
    """A kernel is its owner's alone; `lives` is set by the server."""

    lives: Lives

    def is_authorized(self, handler: JupyterHandler, user: User, action: str, resource: str) -> bool:  # noqa: ARG002
        """May this user do something with what the request names?"""
        if resource != "kernels":
            return True
        kernel_id = handler.path_kwargs.get("kernel_id")
        return kernel_id is not None and self.lives.owner(kernel_id) == user.username


def person_of(account: Account) -> Person:
    """The person of an account."""
    return Person(account.name, account.name, role=account.role, language=account.language, seal=account.seal)


def local_person() -> Person:
    """The person at this machine, who may do anything."""
    name = local_user()
    return Person(name, name, role="admin", local=True)
