# Databricks notebook source
# MAGIC %md
# MAGIC # Formula 1 into Unity Catalog, by hand
# MAGIC Fetches the last sessions of OpenF1 into the volume, loads them into the bronze tables of the catalog, and plots them.
# MAGIC The notebook logs in as you, without a token or secret; compute needs access to `api.openf1.org`. You can run it again
# MAGIC at any time: finished work is not repeated. The job of the bundle does the same and builds silver and gold.

# COMMAND ----------

# MAGIC %pip install f1lake==0.1.0

# COMMAND ----------

dbutils.widgets.text("catalog", "dev_f1")
dbutils.widgets.text("warehouse", "f1lake", "SQL warehouse, by name or ID")
dbutils.widgets.text("num_sessions", "1")
catalog = dbutils.widgets.get("catalog")
warehouse = dbutils.widgets.get("warehouse")
num_sessions = int(dbutils.widgets.get("num_sessions"))
volume = f"/Volumes/{catalog}/raw_data/landing"

# COMMAND ----------

import f1lake

report = f1lake.extract_to_databricks(
    mode="latest", num_sessions=num_sessions, volume=volume, format="parquet", compression="zstd"
)
print(f"{report.count('landed')} landed, {report.count('skipped')} there already, {report.requests} requests")

# COMMAND ----------

loaded = f1lake.load(
    load_to="databricks", databricks_warehouse=warehouse, databricks_catalog=catalog, landing_volume_path=volume
)
print(f"{loaded.rows} rows loaded into {catalog}.bronze_raw")

# COMMAND ----------

laps = spark.sql(
    f"""
    select session_name, driver_number, lap_number, lap_duration
    from {catalog}.bronze_raw.bronze_laps
    where session_key = (select max(session_key) from {catalog}.bronze_raw.bronze_laps) and lap_duration is not null
    order by driver_number, lap_number
    """
).toPandas()
laps.pivot_table(index="lap_number", columns="driver_number", values="lap_duration").plot(
    ylabel="lap time (s)", legend=False
)
