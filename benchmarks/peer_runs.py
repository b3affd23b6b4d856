"""Runs inside the peers' own virtual environment: points of all calls by each peer, timed; JSON in, JSON out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

RUNS = 5


def timed(points: Callable[[], int]) -> dict[str, Any]:
    total = points()
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        points()
        seconds.append(time.process_time() - start)
    return {"points": total, "seconds": seconds}


def zen_expressions(calls: list[dict[str, Any]], touchpoints: list[tuple[int, str]]) -> Callable[[], int]:
    import zen

    compiled = [(points, zen.compile_expression(condition)) for points, condition in touchpoints]
    return lambda: sum(points for call in calls for points, condition in compiled if condition.evaluate(call) is True)


def zen_tables(calls: list[dict[str, Any]], touchpoints: list[tuple[int, str]]) -> Callable[[], int]:
    """One decision table a touchpoint, as the engine's editor makes them."""
    import zen

    nodes: list[dict[str, Any]] = [{"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}}]
    edges: list[dict[str, Any]] = []
    for number, (points, condition) in enumerate(touchpoints):
        node = f"t{number}"
        nodes.append({
            "id": node, "type": "decisionTableNode", "name": node, "position": {"x": 1, "y": number},
            "content": {
                "hitPolicy": "first",
                "inputs": [{"id": "i", "name": "condition", "field": condition}],
                "outputs": [{"id": "o", "name": "points", "field": node}],
                "rules": [{"_id": "a", "i": "true", "o": str(points)}, {"_id": "b", "i": "", "o": "0"}],
            },
        })
        edges.append({"id": f"e{number}", "sourceId": "in", "targetId": node, "type": "edge"})
        edges.append({"id": f"f{number}", "sourceId": node, "targetId": "out", "type": "edge"})
    nodes.append({"id": "out", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}})
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    names = [f"t{number}" for number in range(len(touchpoints))]
    return lambda: sum(
        sum(int(decision.evaluate(call)["result"].get(name, 0)) for name in names) for call in calls
    )


def cel(calls: list[dict[str, Any]], touchpoints: list[tuple[int, str]]) -> Callable[[], int]:
    import celpy

    environment = celpy.Environment()
    programs = [
        (points, environment.program(environment.compile(condition.replace(" and ", " && "))))
        for points, condition in touchpoints
    ]
    converted = [celpy.json_to_cel(call) for call in calls]
    return lambda: sum(points for call in converted for points, program in programs if program.evaluate(call))


def main() -> None:
    task = json.load(sys.stdin)
    calls, touchpoints = task["calls"], [tuple(pair) for pair in task["touchpoints"]]
    peers = {
        "zen-engine, 22 compiled expressions": zen_expressions,
        "zen-engine, 22 decision tables": zen_tables,
        "cel-python, 22 programs": cel,
    }
    print(json.dumps({name: timed(make(calls, touchpoints)) for name, make in peers.items()}))


if __name__ == "__main__":
    main()
