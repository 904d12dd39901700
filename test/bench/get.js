// What `belt task get --json` is measured against: the least that does the same.
import { get } from "node:http";

const url = `${process.env.BELT_API_URL}/tasks/task_1`;
get(url, { headers: { authorization: `Bearer ${process.env.INFSH_API_KEY}` } }, (response) => {
  let text = "";
  response.setEncoding("utf8");
  response.on("data", (chunk) => {
    text += chunk;
  });
  response.on("end", () => process.stdout.write(`${JSON.stringify(JSON.parse(text).data)}\n`));
});
