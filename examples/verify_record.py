#!/usr/bin/env python3
"""Checks the record of a key ceremony with Python's standard library: exit code 0, or 1 and why.
    verify_record.py FOLDER [--head HEX] [--allowed-signers FILE --threshold N]
The chain alone can be rebuilt by whoever owns the folder: bring a head, or keys that you trust, for ssh-keygen."""
import argparse, glob, hashlib, json, os, re, subprocess, sys, unicodedata
sys.excepthook = lambda kind, error, trace: print("not verified:", ascii(error), file=sys.stderr)
def need(holds, why):
    if not holds: sys.exit(f"not verified: {why}")
def strict(value):  # what a record may hold, names in the order of UTF-16: RFC 8785
    if isinstance(value, list): return [strict(item) for item in value]
    if isinstance(value, dict): return {strict(key): strict(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    need(unicodedata.is_normalized("NFC", value) if isinstance(value, str) else not isinstance(value, float) and abs(value or 0) < 2**53, "a value that no record holds")
    return value
def people(pairs):  # how many have signed, each with another key
    rest = [pair for pair in pairs if pair[0] != pairs[0][0]]
    with_first = [1 + people([pair for pair in rest if pair[1] != key]) for who, key in pairs if who == pairs[0][0]]
    return max([people(rest), *with_first]) if pairs else 0
measure = lambda data: [hashlib.sha256(data).hexdigest(), len(data)]
asked = argparse.ArgumentParser(usage=__doc__.split("\n")[1].strip())
for name in ("folder", "--head", "--allowed-signers", "--threshold"): asked.add_argument(name)
asked = asked.parse_args()
inside = lambda name: os.path.join(asked.folder, name)
read = lambda name: open(inside(name), "rb").read() if os.path.isfile(inside(name)) else need(False, f"no {ascii(name)}")
need((asked.allowed_signers is None) == (asked.threshold is None) and int(asked.threshold or 1) > 0, "--threshold is not right")
lines, events, hashes = read("record.jsonl").split(b"\n"), [], ["0" * 64]
need(lines.pop() == b"" and lines, "record.jsonl is cut short")
for number, line in enumerate(lines, 1):
    event = json.loads(line.decode())  # of a name that stands twice one is dropped: another form
    form = json.dumps(strict(event), separators=(",", ":"), ensure_ascii=False).encode()
    need(form == line and event["Previous"] == hashes[-1], f"line {number} is not canonical, or does not follow the one before")
    events.append(event), hashes.append(measure(line)[0])
types = [event.get("Type") for event in events]
need(re.fullmatch("begin( step-begun| step| compared| deviation| resumed)* seal( import| proof| destruction| note)*", " ".join(types)), "the events are not in order")
seal, head = types.index("seal"), asked.head and re.sub(r"^kmsx-record/1|\s", "", asked.head).lower()
need(read("record.head") == f"kmsx-record/1 {hashes[-1]}\n".encode(), "record.head is not that of the last line")
begin, end, done = events[0], events[seal], [event for event in events if event.get("Outcome") == "done"]
counts = [len({event["Number"] for event in events if event["Type"] == "step"}), types.count("deviation")]
need([event["Number"] for event in done] == list(range(1, len(done) + 1)) and counts == [end["Steps"], end["Deviations"]], "steps are out of order, or not as the seal counts them")
said = [begin.get(own) == begin["Plan"].get(own.replace("Record", "")) for own in "Practice Title People Place PreviousRecord".split()]
need(all(said) and (begin["Practice"] or not re.search(b'"Rehearsal":true|"How":"unattended"', b"".join(lines))), "it is not as planned")
last = {(event["What"], event["Of"]): event["Same"] for event in events if event["Type"] == "compared"}
told = {(step["Facts"].get("Recipient"), name) for step in done if "Facts" in step for name in step["Facts"]}
whole = [(each["Name"], part) in told for each in begin["Plan"]["Recipients"] for part in ("PublicKeyFingerprint", "ExportedDataKeyFingerprint", "KeyCheckValues")]
need(not end["Complete"] or 0 < len(done) == counts[0] and whole and all(whole + list(last.values())), "it is not complete")
named = [(file["Name"], [file["SHA256"], file["Size"]]) for event in events for file in event.get("Files", [])]
for name, sums in [("plan.yaml", [begin["PlanSHA256"]])] + named:
    if re.match("/|secret:|store:", name) and (not os.path.isfile(name) or re.match("/(dev|proc|sys)/", os.path.realpath(name))): print("not looked at:", ascii(name))
    else: need(".." not in name.split("/") and sums == measure(read(name))[:len(sums)], f"changed: {ascii(name)}")
need(head is None or head in hashes[seal + 1:], "another head")
keygen = lambda text, *words: subprocess.run(["ssh-keygen", "-Y", *words], input=text, capture_output=True, text=True)
signed, trust, files = [], ("-f", asked.allowed_signers), glob.glob(glob.escape(inside("signatures")) + "/*.sig")
for file, at in [(file, at) for file in files if trust[1] for at in range(seal + 1, len(hashes))]:
    for who in keygen("", "find-principals", "-s", file, *trust).stdout.replace(",", "\n").splitlines():
        proof = keygen(f"kmsx-record/1 {hashes[at]}\n", "verify", "-s", file, "-I", who, "-n", "kmsx-record", *trust)
        if proof.returncode == 0 and not re.search("[*?!]", who): signed.append((at, (who, proof.stdout.split()[-1])))
count = lambda line: people([pair for at, pair in signed if at >= line])
need(count(0) >= int(asked.threshold or 0), f"{count(0)} have signed it")
covered = [at for at in range(seal + 1, len(hashes)) if hashes[at] == head or signed and count(at) >= int(asked.threshold)]
print(("PRACTICE" if begin["Practice"] else "production") + ("" if end["Complete"] else ", NOT COMPLETE"), "verified by", "signatures" if trust[1] else "its head" if head else "its chain alone", end="; later lines that nothing covers: ")
print(len(lines) - max(covered, default=len(lines)))
