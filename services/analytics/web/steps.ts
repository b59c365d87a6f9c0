/** How long the steps of a series are: the server cuts short periods into hours, others into days. */
const MORE_THAN_AN_HOUR = 2 * 3_600_000;

export const stepOf = (at: number[]): "hour" | "day" =>
  at.length > 1 && at[1]! - at[0]! < MORE_THAN_AN_HOUR ? "hour" : "day";
