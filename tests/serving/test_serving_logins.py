"""Logins: who is who under kernels that were started before, whose kernel is whose, and who guesses waits."""

import asyncio
from datetime import datetime

import pytest
import requests
from served import served
from tornado.httpclient import HTTPClientError
from visitors import PASSWORD, Connection, kernel_of, log_in, logged_in, told

from optiflow_lib.dashboards.serving import accounts
from optiflow_lib.dashboards.serving.stores import opened_store
from optiflow_lib.errors import StoreError
from optiflow_lib.store import add_user, remove_user, set_password


@pytest.fixture(autouse=True)
def accounts_are_read_at_once(monkeypatch):
    monkeypatch.setattr(accounts, "FRESH_S", 0.0)


def test_who_is_not_logged_in_is_led_to_the_form_and_back(shared):
    browser = requests.Session()
    answer = browser.get(f"{shared.address}/alerts?supplier=F01", allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login?next=%2Falerts%3Fsupplier%3DF01"
    form = browser.get(f"{shared.address}{answer.headers['Location']}")
    assert 'value="/alerts?supplier=F01"' in form.text
    back = log_in(shared, browser, "ana", PASSWORD, next="/alerts?supplier=F01")
    assert back.headers["Location"] == "/alerts?supplier=F01"
    assert told(browser.get(f"{shared.address}/alerts?supplier=F01"))["filters"] == {"supplier": "F01"}


@pytest.mark.parametrize(
    "forged",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "/alerts/../../x",
        "javascript:alert(1)",
        "/login",
    ],
)
def test_a_login_leads_to_a_page_of_ours_only(shared, forged):
    answer = log_in(shared, requests.Session(), "ana", PASSWORD, next=forged)
    assert answer.headers["Location"] == "/"


def test_two_people_at_once_are_told_apart_whatever_their_browsers_claim(shared, ana, bob):
    forged = {"X-Optiflow-User": "zoé".encode(), "X-Optiflow-Roles": b"admin", "X-Remote-User": b"root"}
    for _ in range(3):
        assert (told(ana.get(f"{shared.address}/alerts", headers=forged))["user"]) == "ana"
        answer = told(bob.get(f"{shared.address}/alerts?user=ana&role=admin", headers=forged))
        assert (answer["user"], answer["role"]) == ("bob", "viewer")


def test_a_name_with_accents_logs_in(shared):
    answer = told(logged_in(shared, "zoé").get(f"{shared.address}/alerts"))
    assert (answer["user"], answer["role"]) == ("zoé", "manager")


def test_nobody_reaches_another_ones_kernel(shared, ana, bob):
    kernel_id = kernel_of(ana.get(f"{shared.address}/alerts"))

    async def connect(browser):
        async with Connection(shared, kernel_id, browser):
            return True

    for stranger in (bob, requests.Session()):
        with pytest.raises(HTTPClientError) as refused:
            asyncio.run(connect(stranger))
        assert refused.value.code == 403
    form = {"_xsrf": bob.cookies["_xsrf"]}
    assert bob.post(f"{shared.address}/voila/api/shutdown/{kernel_id}", data=form).status_code == 403
    assert bob.get(f"{shared.address}/api/kernels/{kernel_id}").status_code == 403
    assert requests.get(f"{shared.address}/api/kernels/{kernel_id}").status_code == 403
    assert ana.get(f"{shared.address}/api/kernels/{kernel_id}").json()["id"] == kernel_id
    assert asyncio.run(connect(ana))


@pytest.mark.parametrize(
    "cookie", ["", "ana", "2|1:0|10:1795520958|8:username|4:YW5h|00", "2|1:0|10:9999999999|x|y|z"]
)
def test_a_cookie_of_ones_own_making_is_none(shared, ana, cookie):
    (name,) = [one.name for one in ana.cookies if one.name.startswith("username-")]
    answer = requests.get(f"{shared.address}/alerts", cookies={name: cookie}, allow_redirects=False)
    assert answer.headers["Location"].startswith("/login")


def test_the_login_cookie_is_out_of_reach_for_scripts_and_other_sites(shared):
    answer = log_in(shared, requests.Session(), "ana", PASSWORD)
    (cookie,) = [line for line in answer.raw.headers.getlist("Set-Cookie") if line.startswith("username-")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_form_cannot_be_sent_from_another_site(shared):
    answer = requests.post(f"{shared.address}/login", data={"name": "ana", "password": PASSWORD})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("name", "password"), [("ana", "wrong"), ("nobody", PASSWORD), ("", ""), ("ana", "x" * 5000)]
)
def test_a_wrong_name_or_password_is_refused_in_the_same_words(shared, name, password):
    answer = log_in(shared, requests.Session(), name, password)
    assert answer.status_code == 401
    assert "Name or password is wrong." in answer.text


def test_who_guesses_waits_longer_and_longer_even_with_the_right_password(shared):
    browser = requests.Session()
    assert [log_in(shared, browser, "ana", "wrong").status_code for _ in range(6)] == [401] * 5 + [429]
    answer = log_in(shared, browser, "ana", PASSWORD)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 2
    assert (
        log_in(shared, browser, "bob", PASSWORD).status_code == 429
    )  # the address waits, whichever name it tries


def test_logging_out_ends_the_login(shared, ana):
    assert ana.post(f"{shared.address}/logout").status_code == 403  # not from another site
    ana.post(f"{shared.address}/logout", data={"_xsrf": ana.cookies["_xsrf"]})
    assert ana.get(f"{shared.address}/alerts", allow_redirects=False).status_code == 302


def test_who_is_removed_or_has_a_new_password_is_out_and_their_page_ends(shared):
    with opened_store(shared.settings) as store:
        for name in ("leaver", "changer"):
            add_user(store, name=name, password=PASSWORD, role="admin", at=datetime(2026, 11, 2))
    browsers = {name: logged_in(shared, name) for name in ("leaver", "changer")}
    kernels = {name: kernel_of(browser.get(f"{shared.address}/alerts")) for name, browser in browsers.items()}

    async def wait(name, change):
        async with Connection(shared, kernels[name], browsers[name]) as connection:
            with opened_store(shared.settings) as store:
                change(store)
            return await connection.end_code()

    codes = [
        asyncio.run(wait("leaver", lambda store: remove_user(store, name="leaver"))),
        asyncio.run(
            wait("changer", lambda store: set_password(store, name="changer", password="battery staple"))
        ),
    ]
    assert codes == [4001, 4001]
    for browser in browsers.values():
        assert browser.get(f"{shared.address}/alerts", allow_redirects=False).status_code == 302


def test_visits_are_counted_under_the_persons_name(shared, ana):
    ana.get(f"{shared.address}/alerts")
    shared.context.recorder._thread.submit(lambda: None).result(10)
    with opened_store(shared.settings) as store, store.reading() as connection:
        seen = {row[0] for row in connection.exec_driver_sql("SELECT visitor FROM visits")}
    assert "ana" in seen


def test_while_the_store_is_down_who_is_logged_in_stays_so(shared, ana, monkeypatch):
    def down(_settings):
        raise StoreError(what="the disk is gone", where="here", mend="find it")

    monkeypatch.setattr(accounts, "opened_store", down)
    assert told(ana.get(f"{shared.address}/alerts"))["user"] == "ana"


def test_the_language_of_the_form_is_the_browsers(shared):
    answer = requests.get(f"{shared.address}/login", headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.8"})
    assert "Mot de passe" in answer.text
    assert requests.get(f"{shared.address}/login?language=en", headers={"Accept-Language": "fr"}).text.count(
        "Password"
    )


def test_a_header_of_the_proxy_says_who_it_is_when_the_settings_name_it(write_shop):
    settings_file = write_shop({"ana": "buyer"}, login_header="X-Remote-User", warm_kernels=1)
    with served(settings_file) as running:
        answer = requests.get(f"{running.address}/alerts", headers={"X-Remote-User": "ana"})
        assert (told(answer)["user"], told(answer)["role"]) == ("ana", "buyer")
        assert "/logout" in answer.text
        assert "Log out" not in answer.text
        for headers in ({}, {"X-Remote-User": "eve"}):
            refused = requests.get(f"{running.address}/alerts", headers=headers)
            assert refused.status_code == 403


def test_who_is_logged_in_is_led_on_from_the_form(shared, ana):
    answer = ana.get(f"{shared.address}/login?next=/alerts", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/alerts")


def test_what_is_forbidden_is_said_inside_the_frame(shared, ana):
    answer = ana.post(f"{shared.address}/logout", headers={"Accept-Language": "fr"})
    assert answer.status_code == 403
    assert "Accès refusé" in answer.text
