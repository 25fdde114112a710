#!/usr/bin/env python3
"""hark-bench end to end: loads into a directory and into a real broker, a server that loses, doubles and overtakes, a stop
by signal, comparisons and reports. HARK and HARK_BENCH name the programs."""

import http.server
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/e2e"))
from harness import HARK, Broker, wait_for  # noqa: E402

BENCH = os.environ.get("HARK_BENCH", str(PROJECT / "build/release/bench/hark_bench/hark-bench"))
PATIENCE_S = 300


def bench(*words, **environment):
    return subprocess.run([BENCH, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=PATIENCE_S, env={**os.environ, **environment})


class Faulty(http.server.ThreadingHTTPServer):
    """Answers 200 to every post and writes records into a directory: all but one, one twice, one after its successor."""

    lost, doubled, held = 7, 11, 13

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "hark.mentions"
        self.path.mkdir()
        self.out = open(self.path / "20260101T000000Z-0000.ndjson", "w")
        self.back = None
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def take(self, mention):
        number = int(mention["id"].rsplit("-", 1)[1])
        line = json.dumps({"schema": 1, "id": f"generic:{mention['id']}", "labels": {}, "ruleset": "none"},
                          separators=(",", ":")) + "\n"
        with self.lock:
            if number == self.held:
                self.back = line
                return
            if number != self.lost:
                self.out.write(line * (2 if number == self.doubled else 1))
            if number == self.held + 2:  # of the same conversation: there are two
                self.out.write(self.back)
            self.out.flush()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class HarkBench(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hark-bench-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_good(self, *words):
        out = self.folder / "out.json"
        done = bench("run", "--hark", HARK, "--warm-up", 1, "-o", out, *words)
        self.assertEqual(done.returncode, 0, done.stdout)
        return json.loads(out.read_text())

    def check(self, results, posts):
        for run in results["runs"]:
            self.assertEqual(run["findings"]["sent"], posts)
            self.assertEqual(run["findings"]["arrived"], posts)
            self.assertEqual(run["findings"]["lost"], 0)
            self.assertEqual(run["findings"]["out_of_order"], 0)
            self.assertEqual(run["dead_letters"], 0)
        return results["runs"][-1]

    def test_signed_webhooks_arrive_in_a_directory_sink(self):
        for way, sign in (("webhook", "hmac"), ("https", "standard"), ("webhook", "meta")):
            results = self.run_good("--way", way, "--sign", sign, "--rate", 100, "--seconds", 4, "--batch", 2)
            run = self.check(results, 400)
            self.assertEqual(run["findings"]["answered"], 400)
            # What was due in the first second is not measured.
            self.assertEqual(run["latency_ms"]["topic"]["count"], 300)
            self.assertGreater(sum(label["promised"] for label in run["labels"].values()), 20)
            self.assertEqual(sum(label["lost"] for label in run["labels"].values()), 0)
            self.assertGreater(run["rss_peak_bytes"], 1e6)
            self.assertGreater(run["handed_over_p999_at_most_ms"], 0)
            self.assertRegex(results["ruleset"], "^[0-9a-f]{16}$")
            self.assertEqual(set(results["mixture"]["languages"]), {"en", "ru", "pl"})
            self.assertIn("sources:", results["configuration"])

    def test_lines_and_the_library_are_ways_in(self):
        for words in (("--way", "file"), ("--way", "stdin"), ("--way", "in-process"), ("--way", "file", "--at-once")):
            self.check(self.run_good("--rate", 100, "--seconds", 3, *words), 300)

    def test_a_firehose_arrives_in_a_real_broker_and_so_does_the_bare_producers(self):
        broker = Broker()
        self.addCleanup(broker.close)
        load = ("--kafka", broker.servers, "--rate", 200, "--seconds", 4, "--profile", "poisson", "--seed", 5)
        hark = self.run_good("--way", "firehose", *load)
        run = hark["runs"][0]
        self.check(hark, run["findings"]["sent"])
        self.assertGreater(run["findings"]["sent"], 600)
        self.assertGreater(len(run["timeline"]["samples"]), 8)
        bare = self.run_good("--way", "bare", *load)
        # The same schedule, post by post: the seed chose it.
        self.check(bare, run["findings"]["sent"])
        self.assertEqual(bare["runs"][0]["findings"]["answered"], run["findings"]["sent"])

    def test_a_loss_a_duplicate_and_an_overtaken_post_are_found(self):
        server = Faulty(self.folder)
        self.addCleanup(server.out.close)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        out = self.folder / "out.json"
        done = bench("run", "--running", f"127.0.0.1:{server.server_port}", "--path", "/x", "--directory", self.folder,
                     "--labels", "none", "--sign", "none", "--rate", 50, "--seconds", 2, "--conversations", 2,
                     "--patience", 2, "-o", out)
        self.assertEqual(done.returncode, 1, done.stdout)
        found = json.loads(out.read_text())["runs"][0]["findings"]
        self.assertEqual(found["sent"], 100)
        self.assertEqual(found["answered"], 100)
        self.assertEqual((found["lost"], found["lost_after_answer"]), (1, 1))
        self.assertEqual(found["duplicated"], 1)
        self.assertEqual(found["out_of_order"], 1)
        self.assertEqual(found["unknown"], 0)

    def test_a_stop_by_signal_judges_what_was_sent(self):
        out = self.folder / "out.json"
        process = subprocess.Popen([BENCH, "run", "--hark", HARK, "--rate", "50", "--seconds", "600", "-o", str(out)],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   env={**os.environ, "TMPDIR": str(self.folder)})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        wait_for("the first records", lambda: process.poll() is not None
                 or list(self.folder.glob("*/topics/*.mentions/*.ndjson")), PATIENCE_S)
        process.send_signal(signal.SIGTERM)
        text = process.communicate(timeout=120)[0]
        self.assertEqual(process.returncode, 0, text)
        run = json.loads(out.read_text())["runs"][0]
        self.assertTrue(run["interrupted"])
        self.assertGreater(run["findings"]["sent"], 0)
        self.assertLess(run["findings"]["sent"], 30000)
        self.assertEqual(run["findings"]["lost"], 0)

    def test_another_reader_reads_the_log_of_histograms(self):
        try:
            from hdrh.log import HistogramLogReader
            from hdrh.histogram import HdrHistogram
        except ImportError:
            self.skipTest("PyPI's hdrhistogram is not installed")
        log = self.folder / "out.hlog"
        results = self.run_good("--rate", 100, "--seconds", 3, "--histograms", log)
        reader = HistogramLogReader(str(log), HdrHistogram(1, 3_600_000_000_000, 3))
        self.addCleanup(reader.input_file.close)
        total = 0
        while (one := reader.get_next_interval_histogram()) is not None:
            total += one.get_total_count()
        self.assertEqual(total, 300)
        topic = results["runs"][0]["latency_ms"]["topic"]
        whole = HdrHistogram.decode(topic["histogram"])
        self.assertEqual(whole.get_total_count(), topic["count"])
        for name, percent in (("p50", 50), ("p99", 99), ("max", 100)):
            self.assertAlmostEqual(whole.get_value_at_percentile(percent) / 1e6, topic[name], 4)

    def results(self, name, p99):
        path = self.folder / name
        path.write_text(json.dumps({
            "tool": "hark-bench", "kind": "run", "date": "2026-01-02T00:00:00.000Z",
            "machine": {"processor": "<one>", "cores": 2}, "load": {"way": "webhook", "profile": "constant", "seed": 1},
            "runs": [{"side": "webhook", "offered": 1000 * (i + 1), "achieved": 1000 * (i + 1), "findings": {"lost": 0},
                      "latency_ms": {"topic": {"p50": p / 2, "p99": p}}} for i in range(2) for p in p99]}))
        return path

    def test_compare_tells_a_regression_from_noise_by_its_exit_status(self):
        steady = self.results("a.json", [10, 11, 10.5, 10.2, 10.7])
        same = self.results("b.json", [10.1, 10.9, 10.6, 10.3, 10.4])
        slow = self.results("c.json", [20, 21, 22, 23, 24])
        few = self.results("d.json", [20])
        self.assertEqual(bench("compare", steady, same).returncode, 0)
        worse = bench("compare", steady, slow)
        self.assertEqual(worse.returncode, 1)
        self.assertIn("REGRESSION", worse.stdout)
        self.assertEqual(bench("compare", steady, few).returncode, 2)
        self.assertEqual(bench("compare", steady, self.folder / "none.json").returncode, 2)

    def test_reports_are_one_page_and_leave_what_was_written_by_hand(self):
        steady = self.results("a.json", [10, 11, 12])
        page = self.folder / "page.html"
        text = self.folder / "page.md"
        begin, end = "<!-- printed by hark-bench report: begin -->\n", "<!-- printed by hark-bench report: end -->"
        text.write_text(f"# Mine\n\nby hand\n\n{begin}old{end}\n\nalso by hand\n")
        done = bench("report", steady, "--html", page, "--markdown", text)
        self.assertEqual(done.returncode, 0, done.stdout)
        html = page.read_text()
        self.assertGreaterEqual(html.count("<svg"), 2)
        self.assertIn("&lt;one&gt;", html)
        self.assertNotIn("http", html.split("<style>")[1])
        self.assertIn("width=device-width", html)
        written = text.read_text()
        self.assertTrue(written.startswith("# Mine\n\nby hand\n") and written.endswith(f"{end}\n\nalso by hand\n"))
        self.assertNotIn("old", written)
        self.assertIn("| 11 (10 to 12) |", written)
        text.write_text("no marks")
        self.assertEqual(bench("report", steady, "--markdown", text).returncode, 2)
        self.assertEqual(text.read_text(), "no marks")

    def test_stages_reads_what_google_benchmark_writes(self):
        raw = self.folder / "raw.json"
        row = {"run_type": "iteration", "time_unit": "ns"}
        rows = [row | {"run_name": "fold", "cpu_time": 4.0}, row | {"run_name": "naked_fold", "cpu_time": 1.0},
                {"run_type": "aggregate", "run_name": "fold", "hits": float("nan")}]
        raw.write_text(json.dumps({"benchmarks": rows}))
        done = bench("stages", raw, "-o", self.folder / "stages.json")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("0.25 of it", done.stdout)

    def test_wrong_usage_is_told(self):
        self.assertEqual(bench("run", "--way", "pigeon").returncode, 2)
        self.assertEqual(bench("run", "--way", "bare").returncode, 2)
        self.assertEqual(bench("run", "--rate", 0).returncode, 2)
        self.assertEqual(bench("goal", "glory").returncode, 2)
        self.assertEqual(bench().returncode, 2)
        self.assertEqual(bench("run", "--help").returncode, 0)


if __name__ == "__main__":
    unittest.main()
