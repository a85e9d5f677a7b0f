"""Run by Superset's own Python: import a dashboard, answer what its charts show, swap the file, answer again.

``session.py DASHBOARD.zip MARTS NEXT`` prints one JSON object: ``before`` and ``after``, by chart, the rows of its
query; ``placed``, each title on the dashboard and which chart stands under it. Between the two ``NEXT`` takes the
place of ``MARTS`` by a rename, as a publication does.
"""

import json
import sys
from pathlib import Path
from typing import Any

from superset.app import create_app  # type: ignore[import-not-found]  # in Superset's environment

USER = {"username": "admin", "password": "admin", "provider": "db", "refresh": True}


def main(dashboard: Path, marts: Path, following: Path) -> dict[str, Any]:
    """Return what every chart shows before and after the swap."""
    client = create_app().test_client()
    token = _answered(client.post("/api/v1/security/login", json=USER))["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    with dashboard.open("rb") as packed:
        imported = client.post(
            "/api/v1/dashboard/import/",
            headers=headers,
            data={"formData": (packed, dashboard.name), "overwrite": "true"},
            content_type="multipart/form-data",
        )
    _answered(imported)
    charts = _answered(client.get("/api/v1/chart/", headers=headers))["result"]
    shown = _answered(client.get("/api/v1/dashboard/", headers=headers))["result"]
    names = {chart["id"]: chart["slice_name"] for chart in charts}
    url = f"/api/v1/dashboard/{shown[0]['id']}"
    position = json.loads(_answered(client.get(url, headers=headers))["result"]["position_json"])
    placed = [
        (one["meta"]["sliceName"], names[one["meta"]["chartId"]])
        for one in position.values()
        if isinstance(one, dict) and one["type"] == "CHART"
    ]

    def rows() -> dict[str, Any]:
        found = {}
        for chart in charts:
            url = f"/api/v1/chart/{chart['id']}/data/?force=true"
            found[chart["slice_name"]] = _answered(client.get(url, headers=headers))["result"][0][
                "data"
            ]
        return found

    before = rows()
    following.replace(marts)
    return {
        "dashboards": [one["dashboard_title"] for one in shown],
        "placed": placed,
        "before": before,
        "after": rows(),
    }


def _answered(response: Any) -> dict[str, Any]:
    if response.status_code >= 300:
        raise SystemExit(f"{response.request.path}: {response.status_code} {response.text[:800]}")
    answer: dict[str, Any] = response.json
    return answer


if __name__ == "__main__":
    answer = main(*(Path(argument) for argument in sys.argv[1:]))
    sys.stdout.write("\n" + json.dumps(answer) + "\n")
