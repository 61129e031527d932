import {
  FormatRegistry,
  Kind,
  Type,
  TypeRegistry,
  type Static,
  type TObject,
  type TProperties,
  type TSchema,
} from "@sinclair/typebox";
import { TypeCompiler, type TypeCheck } from "@sinclair/typebox/compiler";
import type { FieldError } from "../errors";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
/** Deliberately plain: one @, a dot in the domain, no space or control character; the mail proves the rest. */
const EMAIL =
  /^[^\s@\p{C}<>"]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)+$/u;

/** Of a date that parses, whether its month is that long: 30 February would pass for 2 March. */
const isDay = (date: string): boolean =>
  Number(date.slice(8)) <= 28 || new Date(date).toISOString().startsWith(date);

/** Whether it parses, and is of a year of four digits in UTC too, as we write times ourselves. */
const isMoment = (time: string): boolean => {
  const at = new Date(time);
  return !isNaN(at.getTime()) && at.toISOString().length === 24;
};

FormatRegistry.Set("uuid", (value) => UUID.test(value));
FormatRegistry.Set(
  "date-time",
  (value) => DATE_TIME.test(value) && isMoment(value) && isDay(value.slice(0, 10)),
);
FormatRegistry.Set("email", (value) => value.length <= 254 && EMAIL.test(value));
FormatRegistry.Set("url", (value) => URL.canParse(value) && /^https?:/i.test(value));
/** Text for people: no control characters but tab and line breaks, no lone surrogates (PostgreSQL refuses both). */
FormatRegistry.Set(
  "text",
  (value) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value) && value.isWellFormed(),
);
FormatRegistry.Set("country", (value) => COUNTRIES.has(value));

/** ISO 3166-1 alpha-2, as the platform knows it. */
const COUNTRIES = new Set(
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split(
    " ",
  ),
);

/** An object that refuses fields it does not know. */
export const Strict = <P extends TProperties>(properties: P): TObject<P> =>
  Type.Object(properties, { additionalProperties: false });

TypeRegistry.Set<{ enum: readonly string[] }>(
  "StringEnum",
  (schema, value) => typeof value === "string" && schema.enum.includes(value),
);

/** One of some words, as JSON Schema's `enum`. */
export const OneOf = <const V extends readonly string[]>(values: V) =>
  Type.Unsafe<V[number]>({ [Kind]: "StringEnum", type: "string", enum: values });

// Symbols, as TypeBox's own marks: what is made of a schema for others (OpenAPI) has none of them.
const SENSITIVE = Symbol("sensitive");
const TRACED = Symbol("traced");

type Marks = { readonly [SENSITIVE]?: Sensitivity; readonly [TRACED]?: true };

/** `secret` opens doors, `personal` tells of a person. */
export type Sensitivity = "secret" | "personal";

/** Marks a field that is never logged nor traced. */
export const sensitive = <S extends TSchema>(kind: Sensitivity, schema: S): S => ({
  ...schema,
  [SENSITIVE]: kind,
});

/** Marks a param that is safe to show in a trace, which shows no others. */
export const traced = <S extends TSchema>(schema: S): S => ({ ...schema, [TRACED]: true });

export const sensitivityOf = (schema: TSchema): Sensitivity | undefined =>
  (schema as Marks)[SENSITIVE];

export const isTraced = (schema: TSchema): boolean =>
  (schema as Marks)[TRACED] === true && sensitivityOf(schema) === undefined;

const MESSAGE_LIMIT = 20;

/** A schema compiled once; `errorsOf` is empty for a good value. */
export class Validator<S extends TSchema = TSchema> {
  readonly #check: TypeCheck<S>;

  constructor(schema: S) {
    this.#check = TypeCompiler.Compile(schema);
  }

  accepts(value: unknown): value is Static<S> {
    return this.#check.Check(value);
  }

  errorsOf(value: unknown): FieldError[] {
    if (this.#check.Check(value)) return [];
    const byPath = new Map<string, string>();
    for (const { path, message, schema } of this.#check.Errors(value)) {
      const words = schema.enum as readonly string[] | undefined;
      if (!byPath.has(path)) {
        byPath.set(path, words ? `Expected one of ${words.join(", ")}` : message);
      }
      if (byPath.size >= MESSAGE_LIMIT) break;
    }
    return [...byPath].map(([path, message]) => ({ path, message }));
  }
}
