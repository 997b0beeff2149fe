// Asks a server through the JavaScript clients and prints what each of them saw, as JSON for the test to judge.
// Usage: node clients.js BASE_URL QUESTION FOLLOW_UP
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, streamText } from "ai";
import OpenAI from "openai";

const [baseURL, question, followUp] = process.argv.slice(2);
const model = "dateline";
const client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
const vercel = createOpenAI({ baseURL, apiKey: "none" });
const messages = [{ role: "user", content: question }];

const fromChat = (annotations) =>
  annotations.map(({ url_citation: place, dateline }) => ({ ...place, n: dateline.n, quote: dateline.quote }));
const fromResponse = (annotations) =>
  annotations.map(({ dateline, ...place }) => ({ ...place, n: dateline.n, quote: dateline.quote }));
const fromSources = (sources) => sources.map(({ url, title }) => ({ url, title }));

const surfaces = {
  async "openai chat"() {
    const made = await client.chat.completions.create({ model, messages });
    const { content, annotations } = made.choices[0].message;
    return { text: content, citations: fromChat(annotations) };
  },
  async "openai chat stream"() {
    let text = "";
    const annotations = [];
    for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? "";
      annotations.push(...(chunk.choices[0]?.delta.annotations ?? []));
    }
    return { text, citations: fromChat(annotations) };
  },
  async "openai responses"() {
    const response = await client.responses.create({ model, input: question });
    return { text: response.output_text, citations: fromResponse(response.output[0].content[0].annotations) };
  },
  async "openai responses stream"() {
    let text = "";
    const annotations = [];
    for await (const event of await client.responses.create({ model, input: question, stream: true })) {
      if (event.type === "response.output_text.delta") text += event.delta;
      if (event.type === "response.output_text.annotation.added") annotations.push(event.annotation);
    }
    return { text, citations: fromResponse(annotations) };
  },
  async "vercel"() {
    const { text, sources } = await generateText({ model: vercel(model), prompt: question });
    return { text, citations: fromSources(sources) };
  },
  async "vercel stream"() {
    const result = streamText({ model: vercel(model), prompt: question });
    return { text: await result.text, citations: fromSources(await result.sources) };
  },
  async "vercel chat"() {
    const { text, sources } = await generateText({ model: vercel.chat(model), prompt: question });
    return { text, citations: fromSources(sources) };
  },
  async "vercel chat stream"() {
    const result = streamText({ model: vercel.chat(model), prompt: question });
    return { text: await result.text, citations: fromSources(await result.sources) };
  },
};

const seen = {};
for (const [name, surface] of Object.entries(surfaces)) seen[name] = await surface();

// The second turn names the first answer by its id (item_reference) instead of repeating it.
const first = await generateText({ model: vercel(model), messages });
const second = await generateText({
  model: vercel(model),
  messages: [...messages, ...first.response.messages, { role: "user", content: followUp }],
});
const { body } = second.response;
const named = JSON.stringify(second.request.body ?? "").includes("item_reference");

let refused = null;
try {
  await client.responses.create({ model, input: question, previous_response_id: "resp_lost" });
} catch (error) {
  refused = { status: error.status, code: error.code };
}

console.log(JSON.stringify({ seen, second: { understood: body.dateline.standalone_question, named }, refused }));
