"""The figures as JSON and as a Markdown table."""

import datetime
import os
import pathlib
import platform
import statistics

import measure

BEGIN = "<!-- printed by bench/peers/run: begin -->"
END = "<!-- printed by bench/peers/run: end -->"

# (peer, figure, at most or at least, goal if there is one)
GOALS = [("librdkafka", "cpu_s_per_million", "<=", 2.5), ("librdkafka", "posts_per_s", ">=", None),
         ("hark", "of_the_cores", ">=", 0.8),
         ("go", "cpu_s_per_million", "<=", 1 / 3), ("python", "cpu_s_per_million", "<=", 1 / 4),
         ("benthos", "cpu_s_per_million", "<=", 1 / 60)]


def machine():
    model = next((line.partition(": ")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return {"processor": model, "cores": len(os.sched_getaffinity(0)), "system": system,
            "load": round(os.getloadavg()[0], 1)}


def ratios(runs, name, figure):
    """Hark's figure over the peer's, or alone, repeat by repeat."""
    if name == "hark":
        return [ours[figure] for ours in runs[name]]
    return [ours[figure] / theirs[figure] for ours, theirs in zip(runs["hark"], runs[name])]


def result(chosen, found, skipped, facts, agreed, runs, latencies):
    goals = [{"peer": name, "figure": figure, "sense": sense, "goal": goal, "ratios": ratios(runs, name, figure)}
             for name, figure, sense, goal in GOALS if name in runs]
    return {"date": datetime.date.today().isoformat(), "machine": machine(), "posts": chosen.posts,
            "repeats": chosen.repeats, "seed": chosen.seed, "partitions": chosen.partitions, "rate": chosen.rate,
            "facts": facts, "skipped": skipped, "goals": goals,
            "peers": [{"name": peer.name, "title": peer.title, "versions": peer.versions(), "remark": peer.remark,
                       "rules_agreed": agreed[peer.name], "warm": peer.warm, "runs": runs[peer.name],
                       "latency": latencies.get(peer.name)} for peer in found]}


def row_of(peer):
    runs = peer["runs"]

    def column(figure, digits):
        return measure.spread([run[figure] for run in runs], digits)

    latency = peer["latency"]
    waited = f"{latency['p50_ms']:.0f} / {latency['p99_ms']:.0f}" if latency else "-"
    return (f"| {peer['title']} | {column('cpu_s_per_million', 2)} | {column('posts_per_s', 0)} | "
            f"{max(run['peak_mib'] for run in runs):,.0f} | {statistics.median(run['start_cpu_s'] for run in runs):.2f} | "
            f"{waited} |")


def told(goal):
    names = {"cpu_s_per_million": "CPU", "posts_per_s": "wall rate"}
    what = (f"Hark's {names[goal['figure']]} over {goal['peer']}'s" if goal["peer"] != "hark" else
            "Hark's wall rate over what the cores allow: all of them busy with Hark's and the broker's CPU time")
    row = f"| {what} | {measure.spread(goal['ratios'], 3)} | "
    if goal["goal"] is None:
        return row + "| |"
    median = statistics.median(goal["ratios"])
    met = median <= goal["goal"] if goal["sense"] == "<=" else median >= goal["goal"]
    sense = "at most" if goal["sense"] == "<=" else "at least"
    return row + f"{sense} {goal['goal']:.3f} | {'met' if met else 'missed'} |"


def markdown(all_):
    where, facts = all_["machine"], all_["facts"]
    lines = [
        f"{all_['date']}, {where['cores']} cores of {where['processor']}, {where['system']}, load {where['load']} at the end; "
        f"{all_['posts']:,} posts a run ({facts['frame_bytes']} bytes a frame), {facts['rules']:,} rules, "
        f"{facts['hits_a_post']:.1f} hits a post ({facts['dropped']} of {facts['candidates']:,} candidates dropped because Hark "
        f"and plain lower case find them in different posts), {all_['repeats']} repeats in turn: median (least to greatest).", "",
        "| | CPU s a million posts | posts a second | peak MiB | CPU s to start | "
        + (f"ms to the topic at {all_['rate']:,} a second, p50 / p99 |" if all_["rate"] else "latency |"),
        "|---|---|---|---|---|---|",
        *map(row_of, all_["peers"]), "",
        "| ratio | median (least to greatest) | goal | |", "|---|---|---|---|", *map(told, all_["goals"]), ""]
    for peer in all_["peers"]:
        posts = peer["runs"][0]["posts"]
        notes = [peer["versions"]]
        notes += [f"{posts:,} posts a run"] if posts != all_["posts"] else []
        notes += [f"after {peer['warm']:,} posts to warm up, which count as its start"] if peer["warm"] > 1 else []
        if peer["rules_agreed"] != facts["rules"]:
            notes.append(f"finds the same as the others by {peer['rules_agreed']:,} of the rules")
        notes += [peer["remark"]] if peer["remark"] else []
        lines.append(f"- {peer['title']}: {'; '.join(notes)}.")
    lines += [f"- Skipped: {title}: {why.splitlines()[0]}." for title, why in all_["skipped"].items()]
    return "\n".join(lines)


def parts_around_marks(path):
    """What stands before and after the table. Throws ValueError when the marks are missing."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path}: the marks are missing: {BEGIN} and {END}")
    return before + BEGIN, END + after


def replace_between_marks(path, table):
    before, after = parts_around_marks(path)
    path.write_text(f"{before}\n{table}\n{after}", encoding="utf-8")
