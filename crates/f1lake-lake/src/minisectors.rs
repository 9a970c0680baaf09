//! The table function `telemetry_minisectors(session_key [, parts])`: the best lap of every driver, cut into short parts.

use crate::rows_out::typed_rows;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use deltalake::datafusion::catalog::{
    MemTable, Session, TableFunctionArgs, TableFunctionImpl, TableProvider,
};
use deltalake::datafusion::common::{DataFusionError, Result, ScalarValue, exec_err, plan_err};
use deltalake::datafusion::datasource::TableType;
use deltalake::datafusion::execution::SessionState;
use deltalake::datafusion::logical_expr::Expr;
use deltalake::datafusion::physical_plan::ExecutionPlan;
use deltalake::datafusion::prelude::SessionContext;
use f1lake_motion::{
    Anchors, BEST_LAPS_SQL, MINISECTORS, Minisector, Minisectors, OfficialTimes, Reading, SECTOR_LINES_SQL,
    SectorLinesRow, TimedLap, minisectors,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// `telemetry_minisectors(session_key [, parts])`.
#[derive(Debug)]
pub(crate) struct MinisectorsFunction;

impl TableFunctionImpl for MinisectorsFunction {
    fn call_with_args(&self, arguments: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let whole = |expr: &Expr| match expr {
            Expr::Literal(ScalarValue::Int64(number), _) => *number,
            _ => None,
        };
        let numbers: Vec<Option<i64>> = arguments.exprs().iter().map(whole).collect();
        match numbers[..] {
            [Some(session_key)] => Ok(Arc::new(SessionMinisectors { session_key, parts: MINISECTORS })),
            [Some(session_key), Some(parts @ 3..=1000)] => {
                Ok(Arc::new(SessionMinisectors { session_key, parts: parts.unsigned_abs() as usize }))
            }
            _ => plan_err!(
                "telemetry_minisectors takes the key of a session, and perhaps a number of parts from 3 to 1000: \
                 telemetry_minisectors(9158) or telemetry_minisectors(9158, 40)"
            ),
        }
    }
}

#[derive(Debug)]
struct SessionMinisectors {
    session_key: i64,
    parts: usize,
}

/// A reading, and the lap that it belongs to.
#[derive(Deserialize)]
struct ReadingRow {
    driver_number: i64,
    name_acronym: Option<String>,
    lap_number: i64,
    lap_s: f64,
    sector_1_s: Option<f64>,
    sector_2_s: Option<f64>,
    sector_3_s: Option<f64>,
    time_s: f64,
    distance_m: f64,
}

impl ReadingRow {
    fn times(&self) -> OfficialTimes {
        OfficialTimes { lap_s: self.lap_s, sectors_s: [self.sector_1_s, self.sector_2_s, self.sector_3_s] }
    }

    fn reading(&self) -> Reading {
        Reading { time_s: self.time_s, distance_m: self.distance_m }
    }
}

/// Rows of a query for a session.
async fn rows<T: DeserializeOwned>(context: &SessionContext, sql: &str, session_key: i64) -> Result<Vec<T>> {
    let frame = context.sql(&sql.replace("{session_key}", &session_key.to_string())).await?;
    typed_rows(frame).await.map_err(|error| DataFusionError::External(Box::new(error)))
}

#[async_trait]
impl TableProvider for SessionMinisectors {
    fn schema(&self) -> SchemaRef {
        let field = |name: &str, of: DataType| Field::new(name, of, true);
        Arc::new(Schema::new(vec![
            field("session_key", DataType::Int64),
            field("driver_number", DataType::Int64),
            field("name_acronym", DataType::Utf8),
            field("lap_number", DataType::Int64),
            field("minisector", DataType::Int64),
            field("sector", DataType::Int64),
            field("from_m", DataType::Float64),
            field("to_m", DataType::Float64),
            field("time_s", DataType::Float64),
            field("is_fastest", DataType::Boolean),
            field("lead_s", DataType::Float64),
            field("noise_s", DataType::Float64),
            field("left_out", DataType::Utf8),
        ]))
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(of_query) = state.as_any().downcast_ref::<SessionState>() else {
            return exec_err!("telemetry_minisectors needs a session of the lake");
        };
        let context = SessionContext::new_with_state(of_query.clone());
        let readings: Vec<ReadingRow> = rows(&context, BEST_LAPS_SQL, self.session_key).await?;
        let lines: Vec<SectorLinesRow> = rows(&context, SECTOR_LINES_SQL, self.session_key).await?;
        let anchors = Anchors::of_rows(&lines);
        let of_laps =
            readings.chunk_by(|a, b| (a.driver_number, a.lap_number) == (b.driver_number, b.lap_number));
        // A lap with too few readings cannot be cut.
        let laps: Vec<(&ReadingRow, TimedLap)> = of_laps
            .filter_map(|rows| {
                let first = rows.first()?;
                Some((first, TimedLap::new(rows.iter().map(ReadingRow::reading), first.times()).ok()?))
            })
            .collect();
        let timed: Vec<TimedLap> = laps.iter().map(|(_, lap)| lap.clone()).collect();
        let batch = match minisectors(&timed, anchors.as_ref(), self.parts) {
            Ok(found) => self.batch(&laps, &found)?,
            Err(_) if laps.is_empty() => RecordBatch::new_empty(self.schema()),
            Err(error) => return exec_err!("minisectors of session {}: {error}", self.session_key),
        };
        MemTable::try_new(self.schema(), vec![vec![batch]])?.scan(state, projection, filters, limit).await
    }
}

impl SessionMinisectors {
    /// A row for each lap and part, lap by lap.
    fn batch(&self, laps: &[(&ReadingRow, TimedLap)], found: &Minisectors) -> Result<RecordBatch> {
        let rows: Vec<_> = laps
            .iter()
            .enumerate()
            .flat_map(|(place, (lap, _))| {
                (1_i64..).zip(&found.parts).map(move |(index, part)| (place, *lap, index, part))
            })
            .collect();
        let ints = |of: &dyn Fn(&ReadingRow, i64, &Minisector) -> i64| -> Arc<Int64Array> {
            Arc::new(rows.iter().map(|(_, lap, index, part)| Some(of(lap, *index, part))).collect())
        };
        let floats = |of: &dyn Fn(usize, &Minisector) -> Option<f64>| -> Arc<Float64Array> {
            Arc::new(rows.iter().map(|(place, .., part)| of(*place, part)).collect())
        };
        let columns: Vec<ArrayRef> = vec![
            ints(&|_, _, _| self.session_key),
            ints(&|lap, _, _| lap.driver_number),
            Arc::new(rows.iter().map(|(_, lap, ..)| lap.name_acronym.as_deref()).collect::<StringArray>()),
            ints(&|lap, _, _| lap.lap_number),
            ints(&|_, index, _| index),
            ints(&|_, _, part| part.sector as i64),
            floats(&|_, part| Some(part.from_m)),
            floats(&|_, part| Some(part.to_m)),
            floats(&|place, part| part.times_s.get(place).copied().flatten()),
            Arc::new(
                rows.iter()
                    .map(|(place, .., part)| Some(part.fastest == Some(*place)))
                    .collect::<BooleanArray>(),
            ),
            floats(&|_, part| part.lead_s),
            floats(&|_, part| part.noise_s),
            Arc::new(
                rows.iter()
                    .map(|(place, ..)| found.left_out.get(*place)?.as_ref().map(ToString::to_string))
                    .collect::<StringArray>(),
            ),
        ];
        Ok(RecordBatch::try_new(self.schema(), columns)?)
    }
}
