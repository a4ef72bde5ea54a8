#!/usr/bin/env python3
"""Opens pages of `burgess report --html` in a headless Chromium without a network, uses them as a visitor would, and checks what they show.

Usage: scripts/page_test.py [--burgess PATH] [--chromium PATH] [--keep DIR]

Needs Python 3 and Chromium; build first: cargo build --release. Without Chromium the script installs Debian's where it may, else it says so and is
skipped. It makes a few small runs in a temporary folder, one of them on a GPU where `burgess adapters` lists one. `--keep` puts pages, pictures and screenshots into a folder.
"""
import argparse
import base64
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The share of pixels in which the silhouettes of the page and of `burgess render` agree, of all that either covers.
OVERLAP = 0.95
# The mean difference of colours inside the silhouette, of 255.
COLOUR = 4
FLAGS = [
    "--headless", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions",
    "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe",
]


class Failure(Exception):
    """What is wrong, in words."""


def check(truth, words):
    if not truth:
        raise Failure(words)


class Browser:
    """A Chromium that is spoken to over two pipes: messages are JSON, each with a zero byte behind it."""

    def __init__(self, program):
        self.profile = tempfile.mkdtemp(prefix="page-test-")
        to_child, self.outgoing = os.pipe()
        self.incoming, from_child = os.pipe()

        def wire():
            # The browser reads from file descriptor 3 and writes to 4. Both pipes are moved out of the way first.
            ends = [os.dup2(end, 50 + i) for i, end in enumerate((to_child, from_child))]
            for place, end in zip((3, 4), ends):
                os.dup2(end, place)

        words = [program, *FLAGS, f"--user-data-dir={self.profile}", "about:blank"]
        self.process = subprocess.Popen(words, preexec_fn=wire, close_fds=False, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        self.rest, self.number, self.events = b"", 0, []

    def receive(self):
        while b"\0" not in self.rest:
            part = os.read(self.incoming, 1 << 20)
            check(part, "the browser has gone")
            self.rest += part
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.outgoing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                check("error" not in answer, f"{method}: {answer.get('error')}")
                return answer["result"]
            self.events.append(answer)

    def close(self):
        try:
            self.ask("Browser.close")
        except (Failure, OSError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        os.close(self.outgoing)
        os.close(self.incoming)
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    """A page in a tab of its own."""

    def __init__(self, browser, path, width=1400, height=1000, dark=False, hash=""):
        self.browser, self.path = browser, path
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Log", "Network", "Page"):
            self.ask(f"{domain}.enable")
        self.ask("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.resize(width, height)
        self.ask("Page.navigate", url=path.absolute().as_uri() + hash)
        self.wait_for("document.readyState === 'complete' && window.burgess !== undefined", "the program of the page has run")
        self.run("await burgess.ready")

    def ask(self, method, **parameters):
        return self.browser.ask(method, self.session, **parameters)

    def resize(self, width, height):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def run(self, code):
        """The value of an expression, or of a statement with `await`, in the page."""
        code = f"(async () => {{ return ({code}); }})()" if not code.startswith("await ") else f"(async () => {{ {code}; }})()"
        answer = self.ask("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        check("exceptionDetails" not in answer, f"{code}: {answer.get('exceptionDetails')}")
        return answer["result"].get("value")

    def wait_for(self, code, what, seconds=60):
        end = time.monotonic() + seconds
        while not self.run(code):
            check(time.monotonic() < end, f"{self.path.name}: not after {seconds} s: {what}")
            time.sleep(0.1)

    def mouse(self, x, y, *kinds, modifiers=0):
        for kind in kinds:
            button = "none" if kind == "mouseMoved" else "left"
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1, modifiers=modifiers)

    def click(self, x, y, modifiers=0):
        self.mouse(x, y, "mouseMoved", "mousePressed", "mouseReleased", modifiers=modifiers)

    def key(self, key, text=None):
        for kind in ("keyDown", "keyUp"):
            extra = {"text": text} if text and kind == "keyDown" else {}
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, **extra)

    def screenshot(self, whole=True):
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1} if whole else None
        more = {"clip": clip, "captureBeyondViewport": True} if clip else {}
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png", **more)["data"])

    def complaints(self):
        """What the page wrote to the console, what failed in it, and what it asked of anyone but its own file."""
        self.run("1")
        own, found = self.path.absolute().as_uri(), []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                details = parameters["exceptionDetails"]
                found.append(details.get("exception", {}).get("description") or details["text"])
            elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                found.append(f"console: {parameters['args']}")
            elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                found.append(f"log: {parameters['entry']['text']}")
            elif method == "Network.requestWillBeSent":
                url = parameters["request"]["url"]
                if url.split("#")[0] != own and not url.startswith(("data:", "about:", "blob:")):
                    found.append(f"request: {url}")
        # A software renderer says so; that is no fault of the page.
        return [words for words in found if "GPU stall due to ReadPixels" not in words and "swiftshader" not in words.lower()]

    def close(self):
        self.browser.ask("Target.closeTarget", targetId=self.target)


# Compares a tile of what `burgess render` drew with pictures of the page: a pixel that differs from the page's ground with its shadows belongs to the
# creature. In the page's own picture of silhouettes it is white. Pixels further than so many from the silhouette do not count: edges of stairs are
# smoothed otherwise.
NEAR = 12
COMPARE = """
async (render, place, ours, silhouette, ground, [width, height], near) => {
  const pixels = async (url, [x, y]) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(image, -x, -y);
    return pen.getImageData(0, 0, width, height).data;
  };
  const [theirs, own, white, bare] = [await pixels(render, place), await pixels(ours, [0, 0]), await pixels(silhouette, [0, 0]), await pixels(ground, [0, 0])];
  const apart = (a, b, i) => (Math.abs(a[i] - b[i]) + Math.abs(a[i + 1] - b[i + 1]) + Math.abs(a[i + 2] - b[i + 2])) / 3;
  // White within `near` pixels: along rows, then along columns.
  const spread = (seen, step) => seen.map((_, i) => { for (let k = -near; k <= near; k++) if (seen[i + k * step]) return 1; return 0; });
  const close = spread(spread(Uint8Array.from({ length: width * height }, (_, i) => white[4 * i] > 127), 1), width);
  let [both, either, difference, inside, everywhere] = [0, 0, 0, 0, 0];
  for (let i = 0; i < own.length; i += 4) {
    const [mine, other] = [white[i] > 127, apart(theirs, bare, i) > 12];
    both += mine && other;
    either += close[i / 4] && (mine || other);
    everywhere += apart(own, theirs, i);
    if (mine) {
      inside += 1;
      difference += apart(own, theirs, i);
    }
  }
  return { overlap: both / Math.max(either, 1), colour: difference / Math.max(inside, 1), inside, everywhere: everywhere / (own.length / 4) };
}
"""

# Of the strip that `burgess render` draws: sizes in pixels.
TILE, MARGIN, GAP, HEAD, BELOW, FRAMES = (520, 390), 20, 12, 54, 41, 6


class Bench:
    """The program, the browser, and a folder for what they make."""

    def __init__(self, burgess, browser, folder, keep):
        self.burgess, self.browser, self.folder, self.keep = burgess, browser, folder, keep

    def call(self, *words, expect=0):
        done = subprocess.run([self.burgess, *map(str, words)], capture_output=True, text=True, cwd=ROOT)
        check(done.returncode == expect, f"burgess {' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr}")
        return done.stdout + done.stderr

    def make_run(self, file, *changes, backend="cpu"):
        out = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        words = [word for change in changes for word in ("--set", change)]
        self.call("run", ROOT / "experiments" / file, "--out", out, "--backend", backend, *words)
        return next(out.iterdir())

    def make_page(self, name, *runs, elites=None):
        path = self.folder / f"{name}.html"
        more = ["--elites", elites] if elites is not None else []
        self.call("report", *runs, "--html", path, *more)
        return path

    def open(self, path, **how):
        return Page(self.browser, path, **how)

    def save(self, name, data):
        if self.keep:
            (self.keep / name).write_bytes(data)


def place_of(page, elite):
    """Where the map shows an elite, in the window."""
    code = f"""(() => {{
      const canvas = burgess.map.canvas;
      canvas.scrollIntoView({{ block: 'center' }});
      const item = burgess.map.items.find((item) => item.elite.id === {elite});
      const [x, y] = burgess.map.at(item.centre), box = canvas.getBoundingClientRect();
      return [x + box.left, y + box.top];
    }})()"""
    return page.run(code)


STAGE_PIXELS = "(burgess.stage.draw(burgess.state.time), burgess.stage.canvas.toDataURL())"


def check_clean(page):
    complaints = page.complaints()
    check(not complaints, f"{page.path.name}: " + "; ".join(complaints[:5]))


def check_clicks(page):
    """A click on a cell chooses its elite; the picture moves with time, by itself and by the slider."""
    shown = page.run("burgess.map.items.map((item) => item.elite.id)")
    chosen = page.run("burgess.state.chosen.id")
    other = next(elite for elite in shown if elite != chosen)
    x, y = place_of(page, other)
    page.mouse(x, y, "mouseMoved")
    check(str(other) in page.run("document.querySelector('.tip').textContent"), "the pointer shows no elite")
    page.click(x, y)
    page.wait_for(f"burgess.state.chosen.id === {other} && burgess.state.creatures.some((creature) => creature.elite.id === {other})", "a click chooses an elite")
    check(f"Elite {other}" in page.run("document.getElementById('elite-card').textContent"), "the panel shows another elite")
    check(page.run("document.querySelectorAll('#lineage-card .ancestor').length") > 0, "the lineage is empty")
    page.run("burgess.setPlaying(false)")
    page.run("burgess.seek(0.2)")
    early = page.run(STAGE_PIXELS)
    page.run("burgess.seek(burgess.state.ending * 0.8)")
    check(page.run(STAGE_PIXELS) != early, "the picture is the same at two times")
    scrub = "const s = document.querySelector('.transport input'); s.value = 0.2; s.dispatchEvent(new Event('input'));"
    page.run(f"await (async () => {{ {scrub} }})()")
    check(abs(page.run("burgess.state.time") - 0.2) < 0.01 and page.run(STAGE_PIXELS) == early, "the slider does not lead back to the picture")
    page.run("burgess.setPlaying(true)")
    page.wait_for("burgess.state.time > 0.3 && burgess.state.playing", "it plays")
    page.run("burgess.setPlaying(false)")


def check_sky(page):
    """With the camera near the ground there is sky above, and no part of the stage is left black."""
    page.run("burgess.stage.orbitBy(0, -2)")
    darkest = page.run("""(async () => {
      burgess.stage.draw(burgess.state.time);
      const { canvas } = burgess.stage, copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
      const pen = copy.getContext("2d", { willReadFrequently: true });
      pen.drawImage(canvas, 0, 0);
      const row = pen.getImageData(0, 4, copy.width, 1).data;
      return Math.min(...row);
    })()""")
    check(darkest > 120, f"the sky has a pixel of {darkest} of 255")
    page.run("burgess.stage.home()")


def check_keys(page):
    """Everything can be reached by keys."""
    page.run("document.activeElement.blur()")
    page.key(" ", " ")
    check(page.run("burgess.state.playing"), "space does not play")
    page.key(" ", " ")
    page.run("burgess.seek(0.5)")
    page.key("ArrowRight")
    check(0.5 < page.run("burgess.state.time") < 0.55, "an arrow is not a frame")
    page.key("3", "3")
    check(page.run("burgess.stage.shown.torques"), "a key does not show torques")
    page.key("p", "p")
    page.wait_for("burgess.state.pins.length === 1", "a key does not pin")
    page.run("burgess.map.canvas.focus()")
    before = page.run("burgess.state.chosen.id")
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"):
        page.key(key)
        pointed = page.run("burgess.map.pointed && burgess.map.pointed.id")
        if pointed not in (None, before):
            break
    page.key("Enter")
    page.wait_for(f"burgess.state.chosen.id === {pointed} && burgess.state.creatures.length === 2", "arrows and Enter choose an elite beside the pinned one")
    check(page.run("document.querySelectorAll('.tag').length") == 2, "two creatures side by side have no names")
    page.run("await burgess.togglePin(burgess.state.pins[0])")


def check_axes(page):
    """Other descriptors show other places."""
    labels = page.run("[...document.querySelectorAll('#map-card select')].map((select) => select.getAttribute('aria-label'))")
    check(labels[:2] == ["x", "y"], f"selects of the map: {labels}")
    before = page.run("burgess.map.canvas.toDataURL()")
    change = "const s = document.querySelector('#map-card select'); s.value = 1; s.dispatchEvent(new Event('change'));"
    page.run(f"await (async () => {{ {change} }})()")
    check(page.run("burgess.map.axes") == [1, 0], "the axes have not changed places")
    check(page.run("burgess.map.canvas.toDataURL()") != before, "the map has not changed")


def check_against_render(bench, page, run, elite):
    """The page's picture of a moment is that of `burgess render`."""
    png = bench.folder / f"{elite}.png"
    bench.call("render", f"{run}#{elite}", "--png", png)
    render = "data:image/png;base64," + base64.b64encode(png.read_bytes()).decode()
    for frame in (0, 3, 5):
        pictures = [page.run(f"burgess.picture({elite}, {frame}, {FRAMES}, {list(TILE)}, {json.dumps(only)})") for only in (None, "silhouette", "ground")]
        x = MARGIN + frame % 3 * (TILE[0] + GAP)
        y = MARGIN + HEAD + frame // 3 * (TILE[1] + BELOW)
        words = ", ".join(json.dumps(part) for part in (render, [x, y], *pictures, list(TILE), NEAR))
        found = page.run(f"({COMPARE})({words})")
        print(f"    frame {frame}: silhouettes overlap by {100 * found['overlap']:.1f} %, colours differ by {found['colour']:.1f} of 255, "
              f"{found['everywhere']:.1f} in the whole picture")
        bench.save(f"render-{elite}-{frame}.png", base64.b64decode(pictures[0].split(",")[1]))
        check(found["inside"] > 1000, f"frame {frame}: the creature covers {found['inside']} pixels")
        check(found["overlap"] >= OVERLAP, f"frame {frame}: silhouettes overlap by {found['overlap']:.3f}")
        check(found["colour"] <= COLOUR, f"frame {frame}: colours differ by {found['colour']:.1f} of 255")


def check_layout(bench, path, name):
    """Wide and narrow, light and dark: nothing is wider than the window, and text stands out from what is behind it."""
    contrast = """(() => {
      const light = (text) => text.match(/[\\d.]+/g).slice(0, 3).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const behind = (element) => { for (let e = element; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$/.test(c) && c !== 'transparent') return c; } return 'rgb(255,255,255)'; };
      let worst = [99, ''];
      for (const element of document.querySelectorAll('h1, h2, h3, p, th, td, span, button, select, text, figcaption, summary, pre')) {
        if (!element.textContent.trim() || element.closest('[hidden], .stage, .face')) continue;
        const style = getComputedStyle(element);
        const [a, b] = [light(element instanceof SVGElement ? style.fill : style.color), light(behind(element))].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < worst[0]) worst = [ratio, element.tagName + ' ' + element.className + ': ' + element.textContent.slice(0, 40)];
      }
      return worst;
    })()"""
    for width in (1400, 390):
        for dark in (False, True):
            page = bench.open(path, width=width, dark=dark)
            page.run("burgess.setPlaying(false)")
            wide = page.run("document.documentElement.scrollWidth")
            check(wide <= width, f"{name}: {wide} pixels wide in a window of {width}")
            ratio, where = page.run(contrast)
            check(ratio >= 4.5, f"{name}, {'dark' if dark else 'light'}: contrast of {ratio:.2f} in {where}")
            time.sleep(0.5)
            bench.save(f"{name}-{width}-{'dark' if dark else 'light'}.png", page.screenshot())
            check_clean(page)
            page.close()


HOSTILE = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>&amp;"


def check_hostile(bench, run):
    """What files and folders are named, and what they say, is shown as text."""
    folder = bench.folder / "<img src=x onerror='window.hacked = 3'>"
    shutil.copytree(run, folder)
    with open(folder / "experiment.ron", "a", encoding="utf-8") as file:
        file.write(f"\n// {HOSTILE}\n")
    provenance = folder / "provenance.ron"
    text = provenance.read_text(encoding="utf-8")
    before = text[text.index('cpu: "') :].split('"')[1]
    provenance.write_text(text.replace(f'cpu: "{before}"', f'cpu: "{HOSTILE}"'), encoding="utf-8")
    path = bench.make_page("hostile", folder)
    check("<script>window.hacked" not in path.read_text(encoding="utf-8"), "a script of a run folder stands in the page")
    page = bench.open(path)
    check(page.run("window.hacked") is None, "a run folder's script has run")
    shown = page.run("document.body.innerText + document.querySelector('pre').textContent")
    for words in (HOSTILE, folder.name):
        check(words in shown, f"{words} is not shown as text")
    check_clean(page)
    page.close()


def check_benchmark(bench, measures, *changes, archive="Grid()"):
    """A problem without bodies: map, lineage and curves, and no stage."""
    run = bench.make_run("benchmarks/map_elites.ron", f"problem.Sphere.dimension=12", f"problem.Sphere.measures={measures}", f"archive={archive}", "first_batch=36", *changes)
    path = bench.make_page(f"benchmark-{measures}-{archive.split('(')[0]}", run)
    page = bench.open(path)
    check(page.run("document.querySelectorAll('#stage-card').length") == 0, "points have a stage")
    elite = page.run("burgess.map.items[0].elite.id")
    page.click(*place_of(page, elite))
    page.wait_for(f"burgess.state.chosen.id === {elite}", "a click chooses a point")
    if measures > 2:
        check_axes(page)
    check_clean(page)
    bench.save(f"{path.stem}.png", page.screenshot())
    page.close()


def page_elites(path):
    """The numbers of a page's elites, from its header."""
    text = path.read_text(encoding="utf-8").split('<script id="header" type="application/json">')[1].split("</script>")[0]
    return [elite["id"] for elite in json.loads(text)["elites"]]


def tests(bench):
    """(What it is, and what does it.)"""
    small = ("budget.generations=8", "task.duration=2", "batch_size=48")
    made = {}

    def runs():
        made["run"] = bench.make_run("quickstart.ron", *small)
        made["other"] = bench.make_run("quickstart.ron", "seed=1", *small)
        made["path"] = bench.make_page("quickstart", made["run"], made["other"])

    def use():
        page = bench.open(made["path"])
        check(page.run("burgess.header.runs.length") == 2, "there is one run only")
        check("to the bit" in page.run("document.getElementById('about-card').textContent"), "recordings have other rewards than the archive")
        best = page.run("burgess.header.elites.reduce((a, b) => (b.reward > a.reward ? b : a)).id")
        check(page.run("burgess.state.chosen.id") == best, "it does not begin with the best elite")
        check_clicks(page)
        check_sky(page)
        check_keys(page)
        check_axes(page)
        check_clean(page)
        page.close()
        other = next(elite for elite in page_elites(made["path"]) if elite != best)
        page = bench.open(made["path"], hash=f"#{other}")
        check(page.run("burgess.state.chosen.id") == other, "the address does not lead to its elite")
        page.close()

    def pictures():
        page = bench.open(made["path"])
        page.run("burgess.setPlaying(false)")
        best = page.run("burgess.header.elites.filter((elite) => elite.recording).sort((a, b) => b.reward - a.reward).map((elite) => elite.id)")
        for elite in best[:2]:
            check_against_render(bench, page, made["run"], elite)
        check_clean(page)
        page.close()

    def empty():
        run = bench.folder / "empty"
        shutil.copytree(made["run"], run)
        with sqlite3.connect(run / "archive.sqlite") as store:
            store.execute("DELETE FROM elites")
        page = bench.open(bench.make_page("empty", run))
        check("empty" in page.run("document.getElementById('elite-card').textContent"), "an empty archive is not called so")
        check_clean(page)
        page.close()

    def few():
        page = bench.open(bench.make_page("few", made["run"], elites=5))
        check(page.run("burgess.header.elites.filter((elite) => elite.recording).length") == 5, "not five elites are recorded")
        silent = page.run("burgess.header.elites.find((elite) => elite.best && !elite.recording).id")
        page.run(f"await burgess.choose({silent})")
        check("--elites" in page.run("document.getElementById('elite-card').textContent"), "the page does not say why an elite does not move")
        check_clean(page)
        page.close()

    def grounds():
        walls = "terrain=Walls([(centre: (1.1, 0.4), half: (0.05, 0.6), height: 0.25), (centre: (-0.9, 0.8), half: (0.3, 0.2), height: 0.4)])"
        for file, *more in (("stairs.ron",), ("rough.ron",), ("push_ball.ron",), ("quickstart.ron", "terrain=Plane(slope: 0.15)"), ("quickstart.ron", walls)):
            run = bench.make_run(file, "budget.generations=1", "batch_size=24", "refine=None", *more)
            page = bench.open(bench.make_page(file.split(".")[0], run))
            page.run("burgess.setPlaying(false)")
            print(f"    {file} {' '.join(more)}:")
            check_against_render(bench, page, run, page.run("burgess.state.chosen.id"))
            check_clean(page)
            page.close()

    def benchmarks():
        few_steps = ("budget.generations=60",)
        check_benchmark(bench, 1, "bins=50", *few_steps)
        check_benchmark(bench, 2, *few_steps, archive="Cvt(cells: 500, samples: 5000)")
        check_benchmark(bench, 2, *few_steps, archive="DominatedNovelty(size: 300)")
        check_benchmark(bench, 3, "bins=12", *few_steps)
        check_benchmark(bench, 6, "bins=5", *few_steps)

    def gpu():
        if subprocess.run([bench.burgess, "adapters"], capture_output=True).returncode:
            print("    SKIPPED: there is no adapter")
            return
        run = bench.make_run("quickstart.ron", *small, backend="gpu")
        page = bench.open(bench.make_page("gpu", run))
        check("to the bit" in page.run("document.getElementById('about-card').textContent"), "recordings of a GPU have other rewards than the archive")
        check_clicks(page)
        check_clean(page)
        page.close()

    def at_the_end():
        out = pathlib.Path(tempfile.mkdtemp(dir=bench.folder))
        words = [word for change in ("budget.generations=2", "task.duration=2", "batch_size=16") for word in ("--set", change)]
        bench.call("run", ROOT / "experiments/quickstart.ron", "--html", "--out", out, "--backend", "cpu", *words)
        page = bench.open(next(out.iterdir()) / "report.html")
        check(page.run("burgess.state.chosen.id") >= 0, "the page of a run does not show an elite")
        check_clean(page)
        page.close()

    def niches():
        run = bench.make_run("walkers.ron", "refine=None", "budget.generations=6", "task.duration=0.5", "batch_size=128", "descriptors[0].bins=3", "descriptors[1].bins=3")
        page = bench.open(bench.make_page("niches", run))
        kept, shown = page.run("[burgess.header.elites.length, burgess.header.elites.filter((elite) => elite.best).length]")
        check(shown < kept, "each cell keeps one elite, so that nothing is tested")
        plans = page.run("new Set(burgess.header.elites.filter((elite) => elite.best).map((elite) => elite.family)).size")
        words = page.run("document.querySelector('header p').textContent")
        check(f"{shown} elites" in words and f"{plans} body plan" in words, f"{shown} elites of {plans} body plans: {words}")
        titles = page.run("[...document.querySelectorAll('h3')].map((title) => title.textContent)")
        check(any(title.startswith(f"{plans} body plan") for title in titles), f"lineage counts other body plans: {titles}")
        page.close()

    def faults():
        database = made["run"] / "archive.sqlite"
        before = database.read_bytes()
        words = bench.call("report", made["run"], "--html", database, expect=1)
        check("file of the run" in words and database.read_bytes() == before, f"a page in place of the run: {words}")
        nowhere = bench.folder / "nowhere"
        words = bench.call("report", nowhere, "--html", bench.folder / "x.html", expect=1)
        check("nowhere" in words and not (bench.folder / "x.html").exists(), f"a folder that is not there: {words}")
        words = bench.call("report", made["run"], "--html", bench.folder / "no" / "x.html", expect=1)
        check("cannot write" in words, f"a file that cannot be written: {words}")

    return [
        ("two small runs and their page", runs),
        ("a visitor clicks, plays, scrubs, pins and changes descriptors", use),
        (f"pictures agree with `burgess render`: silhouettes by {100 * OVERLAP:.0f} %, colours by {COLOUR} of 255", pictures),
        ("wide and narrow, light and dark", lambda: check_layout(bench, made["path"], "quickstart")),
        ("a page with the motion of five elites", few),
        ("an empty archive", empty),
        ("scripts in names stay text", lambda: check_hostile(bench, made["run"])),
        ("stairs, hills, slopes, walls and objects", grounds),
        ("archives of points, of one to six dimensions", benchmarks),
        ("a run of a GPU is recorded on the GPU", gpu),
        ("a page at the end of a run", at_the_end),
        ("cells that keep several elites", niches),
        ("folders and files that are not there, and those of the run", faults),
    ]


def find_chromium(asked):
    """Chromium's path; installs Debian's where there is none and that is possible."""
    found = lambda: next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
    if asked or found():
        return asked or found()
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("no Chromium here: installing Debian's")
        for words in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
            if subprocess.run(words, stdout=subprocess.DEVNULL).returncode:
                return None
    return found()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--burgess", default=str(ROOT / "target" / "release" / "burgess"))
    parser.add_argument("--chromium")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--only", help="tests whose name contains this, and the first one")
    arguments = parser.parse_args()
    program = find_chromium(arguments.chromium)
    if not program:
        print("SKIPPED: there is no Chromium, and it cannot be installed here", file=sys.stderr)
        return 0
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="page-"))
    browser = Browser(program)
    failed = 0
    try:
        for place, (name, test) in enumerate(tests(Bench(arguments.burgess, browser, folder, arguments.keep))):
            if arguments.only and place and arguments.only not in name:
                continue
            begin = time.monotonic()
            print(f"- {name}", flush=True)
            try:
                test()
                print(f"    passed in {time.monotonic() - begin:.1f} s", flush=True)
            except Failure as failure:
                failed += 1
                print(f"    FAILED: {failure}", flush=True)
                if place == 0:
                    break
    finally:
        browser.close()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{failed} failed" if failed else "all passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
