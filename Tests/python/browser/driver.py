"""Chromium without a window, and the client's own small listener that takes the redirect."""

import base64
import pathlib
from urllib.parse import parse_qsl, urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from harness.servers import Server


class Callback(Server):
    """Listens on the redirect URI and keeps what comes."""

    def __init__(self, uri):
        address = urlsplit(uri)
        self.path = address.path
        self.arrived = []
        super().__init__(self.take, (address.hostname, address.port))

    def take(self, _method, path, *_):
        if path.startswith(self.path):
            self.arrived.append(dict(parse_qsl(urlsplit(path).query, keep_blank_values=True)))
        page = b"<!doctype html><title>back at the client</title><p>back at the client"
        return 200, {"Content-Type": "text/html; charset=utf-8"}, page


class Person:
    """Someone at a browser."""

    def __init__(self, pictures, languages="en", scripts=True, width=1100, height=1100):
        options = Options()
        options.add_argument("--headless=new")
        options.add_argument("--no-sandbox")
        options.add_argument("--disable-dev-shm-usage")
        options.add_argument(f"--window-size={width},{height}")
        options.add_argument(f"--lang={languages}")
        options.add_experimental_option("prefs", {
            "intl.accept_languages": languages,
        })
        # The sandbox's certificate is its own.
        options.accept_insecure_certs = True
        options.binary_location = "/usr/bin/chromium"
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(30)
        if not scripts:
            self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        self.pictures = pathlib.Path(pictures)

    def open(self, url):
        self.driver.get(url)

    def picture(self, name):
        self.pictures.mkdir(parents=True, exist_ok=True)
        # The whole page, however long.
        metrics = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        data = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": metrics["width"], "height": metrics["height"], "scale": 1},
        })["data"]
        (self.pictures / f"{name}.png").write_bytes(base64.b64decode(data))

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def type(self, name, text):
        field = self.find(f"[name='{name}']")
        field.clear()
        field.send_keys(text)

    def press(self, selector):
        """Presses a button and waits for the page that comes."""
        before = self.find("html")
        self.find(selector).click()
        WebDriverWait(self.driver, 20).until(lambda _: _is_gone(before))

    def text(self):
        return self.find("body").text

    def focused(self):
        return self.driver.switch_to.active_element

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()


def _is_gone(element):
    try:
        element.is_enabled()
        return False
    except Exception:
        return True
