# Databricks notebook source
# MAGIC %md
# MAGIC # Formula 1 into Unity Catalog
# MAGIC Loads the last sessions of OpenF1 into a volume and a lake, then queries and plots them. Upload the wheel to a volume first; the cluster needs
# MAGIC access to `api.openf1.org`. You can run it again at any time: finished work is not repeated.

# COMMAND ----------

# MAGIC %pip install /Volumes/dev_f1/raw_data/wheels/f1lake-0.1.0-cp310-abi3-manylinux_2_28_x86_64.whl

# COMMAND ----------

dbutils.widgets.text("volume", "/Volumes/dev_f1/raw_data/landing")
dbutils.widgets.text("lake", "/local_disk0/f1lake")
dbutils.widgets.text("num_sessions", "1")
volume = dbutils.widgets.get("volume")
lake = dbutils.widgets.get("lake")
num_sessions = int(dbutils.widgets.get("num_sessions"))

# COMMAND ----------

import f1lake

report = f1lake.extract_to_databricks(mode="latest", num_sessions=num_sessions, volume=volume)
print(f"{report.count('landed')} landed, {report.count('skipped')} there already, {report.requests} requests")

# COMMAND ----------

# MAGIC %md
# MAGIC Bronze, silver and gold are on the driver's disk. To load tables of the workspace instead, use the
# MAGIC settings `load_to="databricks"`, `databricks_warehouse` and `databricks_catalog`: the notebook logs in as you, without a
# MAGIC token or secret.

# COMMAND ----------

loaded = f1lake.load(landing_volume_path=volume, lake=lake)
built = f1lake.build(lake=lake)
print(f"{loaded.rows} rows loaded, {built.count('built')} tables built")

# COMMAND ----------

f1lake.sql(
    """
    select session_key, driver_number, leaderboard_position
    from session_leaderboard
    order by session_key, leaderboard_position
    """,
    lake=lake,
)

# COMMAND ----------

laps = f1lake.sql(
    """
    select driver_number, lap_number, lap_duration
    from fact_laps
    where session_key = (select max(session_key) from fact_laps) and lap_duration is not null
    order by driver_number, lap_number
    """,
    lake=lake,
).to_pandas()
laps.pivot_table(index="lap_number", columns="driver_number", values="lap_duration").plot(
    ylabel="lap time (s)", legend=False
)
