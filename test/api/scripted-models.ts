import {
  openOpenAiServer,
  type ModelServerRequest,
  type Reply,
  type Script,
} from '@tramontane/testkit/model-servers';

/** A vendor with as many models as tests ask for, each with a script of its own. */
export interface Models {
  /** Base URL, for TRAMONTANE_MODEL_BASE_URL. */
  readonly url: string;
  /** A new model that gives these replies in turn; asked once more than that, the vendor fails. Returns its name. */
  plays(...replies: readonly (Reply | Script)[]): string;
  /** A new model that answers every request by this script. Returns its name. */
  answers(script: Script): string;
  /** What a model was asked so far. */
  asked(model: string): readonly ModelServerRequest[];
  /** Requests whose client went away before the answer was complete. */
  readonly abandoned: () => number;
  close(): Promise<void>;
}

export async function openModels(): Promise<Models> {
  const scripts = new Map<string, Script>();
  const seen = new Map<string, ModelServerRequest[]>();
  const server = await openOpenAiServer({
    script: request => {
      const script = scripts.get(request.model);
      if (!script) throw new Error(`No test plays the model ${request.model}.`);
      const asked = seen.get(request.model) ?? [];
      seen.set(request.model, [...asked, request]);
      return script(request, asked.length);
    },
  });
  const answers = (script: Script): string => {
    const name = `scripted-${scripts.size + 1}`;
    scripts.set(name, script);
    return name;
  };
  return {
    url: server.url,
    answers,
    plays: (...replies) =>
      answers((request, n) => {
        const reply = replies[n];
        if (reply === undefined) throw new Error(`${request.model} has no reply number ${n + 1}.`);
        return typeof reply === 'function' ? reply(request, n) : reply;
      }),
    asked: model => seen.get(model) ?? [],
    abandoned: server.abandoned,
    close: () => server.close(),
  };
}

/** The newest message of the prompt that holds results of tools, as text. */
export function lastToolTexts(request: ModelServerRequest): string[] {
  const lastAssistant = request.messages.findLastIndex(({ role }) => role === 'assistant');
  return request.messages
    .slice(lastAssistant + 1)
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));
}
