//! Functions that analysts expect and the engine lacks: `min_by`, `max_by` (`arg_min`, `arg_max`),
//! `lap_time`, and the table `telemetry_minisectors(session_key)`.

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, StringArray};
use arrow_schema::{DataType, Field, FieldRef};
use deltalake::datafusion::common::{DataFusionError, Result, plan_err};
use deltalake::datafusion::functions_aggregate::first_last::{first_value_udaf, last_value_udaf};
use deltalake::datafusion::logical_expr::expr::AggregateFunction;
use deltalake::datafusion::logical_expr::function::{
    AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs,
};
use deltalake::datafusion::logical_expr::simplify::SimplifyContext;
use deltalake::datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, ColumnarValue, Expr, Signature, Volatility, create_udf,
};
use deltalake::datafusion::prelude::SessionContext;
use std::sync::Arc;

/// Registers the functions.
pub(crate) fn register(context: &SessionContext) {
    for name in ["min_by", "max_by"] {
        let alias = if name == "min_by" { "arg_min" } else { "arg_max" };
        context.register_udaf(AggregateUDF::from(ValueAt {
            name,
            aliases: vec![alias.to_owned()],
            signature: Signature::any(2, Volatility::Immutable),
        }));
    }
    context.register_udtf("telemetry_minisectors", Arc::new(crate::minisectors::MinisectorsFunction));
    let times = |arguments: &[ColumnarValue]| {
        let [seconds] = arguments else { return plan_err!("lap_time takes seconds") };
        let seconds = seconds.to_array(1)?;
        let texts: StringArray =
            seconds.as_primitive::<Float64Type>().iter().map(|time| lap_time(time?)).collect();
        let texts: ArrayRef = Arc::new(texts);
        Ok(match arguments {
            [ColumnarValue::Scalar(_)] => {
                ColumnarValue::Scalar(deltalake::datafusion::common::ScalarValue::try_from_array(&texts, 0)?)
            }
            _ => ColumnarValue::Array(texts),
        })
    };
    context.register_udf(create_udf(
        "lap_time",
        vec![DataType::Float64],
        DataType::Utf8,
        Volatility::Immutable,
        Arc::new(times),
    ));
}

/// `1:27.415`, `59.900`, and `1:31:44.742` from an hour on; `None` for values that are not a time.
fn lap_time(seconds: f64) -> Option<String> {
    if !seconds.is_finite() || seconds.abs() >= 360_000.0 {
        return None;
    }
    let millis = (seconds.abs() * 1000.0).round() as i64;
    let sign = if seconds < 0.0 && millis > 0 { "-" } else { "" };
    let (hours, minutes, rest) = (millis / 3_600_000, millis / 60_000 % 60, millis % 60_000);
    let (whole, part) = (rest / 1000, rest % 1000);
    Some(match (hours, minutes) {
        (0, 0) => format!("{sign}{whole}.{part:03}"),
        (0, _) => format!("{sign}{minutes}:{whole:02}.{part:03}"),
        _ => format!("{sign}{hours}:{minutes:02}:{whole:02}.{part:03}"),
    })
}

/// `min_by(value, by)`: the value from the row with the least `by`; rows without `by` do not count.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ValueAt {
    name: &'static str,
    aliases: Vec<String>,
    signature: Signature,
}

impl AggregateUDFImpl for ValueAt {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments {
            [value, _] => Ok(value.clone()),
            _ => plan_err!("{} takes two arguments: a value, and the value that chooses its row", self.name),
        }
    }

    /// Like `first_value`, into which it is rewritten.
    fn return_field(&self, arguments: &[FieldRef]) -> Result<FieldRef> {
        let [value, _] = arguments else {
            return plan_err!(
                "{} takes two arguments: a value, and the value that chooses its row",
                self.name
            );
        };
        let field = Field::new(self.name, value.data_type().clone(), true);
        Ok(Arc::new(field.with_metadata(value.metadata().clone())))
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        plan_err!("{} cannot be used with OVER; use first_value(value) over (... order by ...)", self.name)
    }

    fn state_fields(&self, _: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        plan_err!("{} cannot be used with OVER; use first_value(value) over (... order by ...)", self.name)
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        let least = self.name == "min_by";
        Some(Box::new(move |function: AggregateFunction, _: &SimplifyContext| {
            let mut params = function.params;
            let Some(by) = params.args.pop() else {
                return Err(DataFusionError::Plan("min_by and max_by take two arguments".to_owned()));
            };
            let known = by.clone().is_not_null();
            let filter = match params.filter.take() {
                Some(filter) => filter.and(known),
                None => known,
            };
            let chosen = if least { first_value_udaf() } else { last_value_udaf() };
            let order = vec![by.sort(true, true)];
            Ok(Expr::AggregateFunction(AggregateFunction::new_udf(
                chosen,
                params.args,
                params.distinct,
                Some(Box::new(filter)),
                order,
                params.null_treatment,
            )))
        }))
    }
}
