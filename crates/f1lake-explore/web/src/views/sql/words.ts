const list = (words: string) => words.split(" ");

/** Words of the language, for colouring and completion. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  list(
    "all and any array as asc between by case cast cross current date desc distinct else end except exclude exists explain extract false fetch filter first following for from full group grouping having ilike in inner intersect interval into is isnull join last lateral left like limit natural not null nulls of offset on or order outer over partition preceding qualify range recursive replace right rows select sets similar some table tablesample then timestamp to true unbounded union unique unnest using values when where window with within",
  ),
);

/** Those worth completing; the rest is shorter to type than to choose. */
export const COMPLETED_KEYWORDS = list(
  "select distinct from where group order having limit join between case when then else end with union over partition interval exists cast nulls desc",
);

/** Functions of the engine that queries here need most, with what they give. */
export const FUNCTIONS: readonly (readonly [string, string])[] = [
  ["count", "Number of rows, or of values that are not null"],
  ["sum", "Sum of the values"],
  ["avg", "Mean of the values"],
  ["min", "Smallest value"],
  ["max", "Largest value"],
  ["median", "Middle value"],
  ["stddev", "Standard deviation of a sample"],
  ["var", "Variance of a sample"],
  ["corr", "Correlation of two columns"],
  ["regr_slope", "Slope of a straight line through y and x"],
  ["approx_percentile_cont", "Percentile, such as 0.95"],
  ["first_value", "Value of the first row of a group or window"],
  ["last_value", "Value of the last row of a group or window"],
  ["array_agg", "All values as a list"],
  ["string_agg", "All values as a text, with a separator"],
  ["bool_and", "Whether all are true"],
  ["bool_or", "Whether one is true"],
  ["row_number", "Number of the row in its window"],
  ["rank", "Place in the window, with gaps after equal values"],
  ["dense_rank", "Place in the window, without gaps"],
  ["percent_rank", "Place in the window, from 0 to 1"],
  ["ntile", "Number of one of n equal groups"],
  ["lag", "Value of the row before in the window"],
  ["lead", "Value of the row after in the window"],
  ["coalesce", "First value that is not null"],
  ["nullif", "Null when both are equal"],
  ["greatest", "Largest of its arguments"],
  ["least", "Smallest of its arguments"],
  ["round", "Rounded to a number of digits"],
  ["floor", "Next whole number below"],
  ["ceil", "Next whole number above"],
  ["abs", "Without its sign"],
  ["power", "To the power of"],
  ["sqrt", "Square root"],
  ["ln", "Natural logarithm"],
  ["exp", "Power of e"],
  ["concat", "Texts one after the other"],
  ["lower", "In lower case"],
  ["upper", "In upper case"],
  ["length", "Number of characters"],
  ["substr", "Part of a text: text, start from 1, length"],
  ["replace", "With a text replaced"],
  ["split_part", "Part n of a text between separators"],
  ["trim", "Without spaces at the ends"],
  ["regexp_like", "Whether a pattern matches"],
  ["regexp_match", "What the groups of a pattern match, as a list"],
  ["regexp_replace", "With what a pattern matches replaced"],
  ["date_trunc", "Start of the hour, day, month of an instant"],
  ["date_part", "Hour, day, month of an instant"],
  ["date_bin", "Start of the interval that an instant lies in"],
  ["to_unixtime", "Seconds since 1970"],
  ["now", "This instant"],
  ["cast", "As another type: cast(x as double)"],
  ["try_cast", "As another type, null where it cannot be"],
  ["unnest", "A row for each element of a list"],
  ["generate_series", "Whole numbers from, to, as a list"],
];
