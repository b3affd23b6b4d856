"""What verifying a bundle found, in a terminal and as `rubric-verify/1`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.width import visible
from rubric_dsl.results.verify import Finding, Verified

FORMAT = "rubric-verify/1"
WHAT = {
    "manifest": ("manifest", "清单"), "text": ("text", "细则文本"), "data": ("data", "数据"),
    "corrections": ("corrections", "申诉更正"), "result": ("result", "结果"), "program": ("program", "程序"),
    "signature": ("signature", "签名"), "missing": ("missing", "缺少"), "extra": ("extra", "多出"),
}
DETAILS = {
    "unreadable": ("it cannot be read as a manifest", "不能读作清单"),
    "format": ("its format is {format}", "格式为 {format}"),
    "not there": ("the file is not there", "文件不在"),
    "not listed": ("the manifest does not list it", "清单中没有这个文件"),
    "another hash": ("its hash is not that in the manifest", "哈希值与清单不符"),
    "not kept": (
        "the bundle does not hold it: give the file with SHA-256 {sha256}",
        "结果包未含此文件，请给出 SHA-256 为 {sha256} 的文件",
    ),
    "another when made again": ("it is another when made again: {where}", "重新计算后不同：{where}"),
    "another version": (
        "it is another when made again; made by version {made}, verified by {now}",
        "重新计算后不同；制作版本 {made}，复核版本 {now}",
    ),
    "errors": ("the rubric has errors: {codes}", "细则有错误：{codes}"),
    "refused": ("rows of it are refused", "其中有被拒收的行"),
    "impossible": ("a value is impossible", "有无法得出的值"),
    "another": ("it is another: {where}", "不同：{where}"),
    "no signature": ("there is no signature, and a key was given", "没有签名，却给了公钥"),
    "bad signature": ("the signature is not one of this manifest", "签名与清单不符"),
    "another key": ("it is signed with another key: {key}", "签名所用的公钥不同：{key}"),
}


def verified_lines(found: Verified, look: Look) -> Iterable[Line]:
    if found.findings:
        absent = all(one.what == "missing" and one.detail == "not kept" for one in found.findings)
        head = look.say("The bundle is not what it says:", "结果包与其所称不符：")
        if absent:
            head = look.say("Not verified: files are missing.", "未能复核：缺少文件。")
        yield (Piece(head, "error"),)
        yield from finding_lines(found.findings, look)
    elif found.recomputed:
        same = look.say("Same: computed again, everything is as it says.", "相同：重新计算，全部一致。")
        yield (Piece(same, "strong"),)
    status = found.status.get("state")
    if status == "final":
        by, date = visible(str(found.status.get("by"))), visible(str(found.status.get("date")))
        yield from paragraph(look.say(f"final, declared by {by} on {date}", f"定稿，{by}于 {date} 确认"), look)
    elif status:
        yield from paragraph(look.say("draft", "草稿"), look)
    if found.signed_by is not None:
        yield from paragraph(look.say(f"signed with the key {found.signed_by}", f"签名公钥 {found.signed_by}"), look)
    else:
        yield from paragraph(look.say(
            "not signed: an edit that recomputes everything cannot be detected, but by a digest known from elsewhere",
            "没有签名：连同结果一起重算的改动无法发现，除非另有来源可核对标识",
        ), look)
    yield from paragraph(look.say(f"bundle {found.digest}", f"结果包标识 {found.digest}"), look)


def finding_lines(findings: Iterable[Finding], look: Look) -> Iterable[Line]:
    for one in findings:
        en, zh = WHAT[one.what]
        yield Piece("  "), Piece(look.say(en, zh), "strong"), Piece(f"  {visible(one.file)}: {finding_text(one, look)}")


def finding_text(one: Finding, look: Look) -> str:
    en, zh = DETAILS[one.detail]
    said = look.say(en, zh)
    for name, value in one.facts:
        said = said.replace(f"{{{name}}}", visible(value))
    return said.replace(": {where}", "").replace("：{where}", "").rstrip(":： ")


def verified_json(found: Verified) -> dict[str, Any]:
    return {
        "format": FORMAT, "same": not found.findings and found.recomputed, "digest": found.digest,
        "status": found.status, "program": found.program, "engine": found.engine, "signed_by": found.signed_by,
        "findings": [
            {"what": one.what, "file": one.file, "message": finding_text(one, Look("en")), **dict(one.facts)}
            for one in found.findings
        ],
    }
