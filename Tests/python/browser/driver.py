"""Chromium without a window, and the client's own small listener that takes the redirect."""

import base64
import http.server
import pathlib
import threading
import urllib.parse

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait


class Callback:
    """Listens on the redirect URI and keeps what comes."""

    def __init__(self, uri):
        self.address = urllib.parse.urlsplit(uri)
        self.arrived = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path.startswith(outer.address.path):
                    query = urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True)
                    outer.arrived.append(dict(query))
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>back at the client</title><p>back at the client")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((self.address.hostname, self.address.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


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

    def close(self):
        self.driver.quit()


def _is_gone(element):
    try:
        element.is_enabled()
        return False
    except Exception:
        return True
