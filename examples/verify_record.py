#!/usr/bin/env python3
"""Checks the record of a key ceremony with Python's standard library: exit code 0, or 1 and why.

    verify_record.py FOLDER [--head HEX] [--allowed-signers FILE --threshold N]
It reads the chain, the form of each line, every file that the record names, the seal and record.head. The chain alone
can be rebuilt by whoever owns the folder: bring a head, or keys that you trust (ssh-keygen then checks signatures).
"""
import argparse, glob, hashlib, json, os, re, subprocess, sys, unicodedata
def need(holds, why):
    if not holds: sys.exit(f"not verified: {why}")

def strict(value):  # what a record may hold, names in the order of UTF-16: RFC 8785
    if isinstance(value, list): return [strict(item) for item in value]
    if isinstance(value, dict):
        return {strict(name): strict(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
    need(not isinstance(value, str) or unicodedata.is_normalized("NFC", value), "text that is not in the form NFC")
    need(not isinstance(value, float) and (not isinstance(value, int) or abs(value) < 2**53), "no whole number")
    return value

def people(pairs):  # how many have signed, each with another key
    if not pairs: return 0
    rest = [pair for pair in pairs if pair[0] != pairs[0][0]]
    keys = [key for who, key in pairs if who == pairs[0][0]]
    return max([people(rest)] + [1 + people([pair for pair in rest if pair[1] != key]) for key in keys])

unique = lambda pairs: dict(pairs) if len(dict(pairs)) == len(pairs) else need(False, "a name twice in an object")
asked = argparse.ArgumentParser(usage=__doc__.split("\n")[2].strip())
for name in ("folder", "--head", "--allowed-signers", "--threshold"): asked.add_argument(name)
asked = asked.parse_args()
inside = lambda name: os.path.join(asked.folder, name)
read = lambda name: open(inside(name), "rb").read() if os.path.isfile(inside(name)) else need(False, f"no {ascii(name)}")
need((asked.allowed_signers is None) == (asked.threshold is None), "--allowed-signers and --threshold go together")
lines, events, hashes = read("record.jsonl").split(b"\n"), [], ["0" * 64]
need(lines.pop() == b"" and lines, "record.jsonl is cut short")
for number, line in enumerate(lines, 1):
    try:
        event = json.loads(line.decode(), object_pairs_hook=unique)
        form = json.dumps(strict(event), separators=(",", ":"), ensure_ascii=False).encode()
    except ValueError as error: need(False, f"line {number}: {error}")
    need(form == line and isinstance(event, dict), f"line {number} is not in the canonical form")
    need(event.get("Previous") == hashes[-1], f"line {number} does not follow the one before")
    events.append(event), hashes.append(hashlib.sha256(line).hexdigest())
types = [event.get("Type") for event in events]
need(types[0] == "begin" and types.count("begin") == types.count("seal") == 1, "not one begin and one seal")
seal, later = types.index("seal"), {"import", "proof", "destruction", "note"}
need(later.isdisjoint(types[:seal]) and later.issuperset(types[seal + 1:]), "an event on the wrong side of the seal")
need(read("record.head") == f"kmsx-record/1 {hashes[-1]}\n".encode(), "record.head is not that of the last line")
named = [file for event in events for file in event.get("Files", [])]
for name, digest in [("plan.yaml", events[0]["PlanSHA256"])] + [(file["Name"], file["SHA256"]) for file in named]:
    if re.match("/|secret:|store:", name) and not os.path.isfile(name): print("not looked at:", ascii(name))
    else: need(".." not in name.split("/") and hashlib.sha256(read(name)).hexdigest() == digest, f"changed: {ascii(name)}")
need(asked.head is None or re.sub(r"^kmsx-record/1|\s", "", asked.head).lower() in hashes[seal + 1:], "another head")
keygen = lambda text, *words: subprocess.run(["ssh-keygen", "-Y", *words], input=text, capture_output=True, text=True)
signed, trust, files = [], ("-f", asked.allowed_signers), glob.glob(glob.escape(inside("signatures")) + "/*.sig")
for file, head in [(file, head) for file in files if trust[1] for head in hashes[seal + 1:]]:
    for who in keygen("", "find-principals", "-s", file, *trust).stdout.replace(",", "\n").splitlines():
        proof = keygen(f"kmsx-record/1 {head}\n", "verify", "-s", file, "-I", who, "-n", "kmsx-record", *trust)
        if proof.returncode == 0: signed.append((who, proof.stdout.split()[-1]))
need(people(signed) >= int(asked.threshold or 0), f"{people(signed)} have signed it")
print("verified by", "signatures" if asked.allowed_signers else "its head" if asked.head else "its chain alone")
