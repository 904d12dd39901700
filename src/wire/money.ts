/** The API's unit of money: 1 USD is 100,000,000 microcents (api.md section 10). */
export const MICROCENTS_PER_USD = 100_000_000n;
