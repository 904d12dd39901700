/** The API's unit of money: 1 USD is 100,000,000 microcents (src/api/README.md, "Money"). */
export const MICROCENTS_PER_USD = 100_000_000n;
