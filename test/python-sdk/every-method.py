"""Calls the methods of the official Python SDK (mistralai 2) on a running server, and checks what they give.

Reads TRAMONTANE_URL, TRAMONTANE_KEY and TOOLS_URL. Writes a JSON object a line: the step's name,
and its problem or null.
"""

import asyncio
import json
import os

from mistralai.client import Mistral, errors
from mistralai.extra.run.context import RunContext
from pydantic import BaseModel

URL, KEY, TOOLS = (os.environ[name] for name in ("TRAMONTANE_URL", "TRAMONTANE_KEY", "TOOLS_URL"))
LEVELS = ("user", "workspace", "organization")
FUNCTION = {
    "type": "function",
    "function": {
        "name": "get_age",
        "description": "Age of a person",
        "parameters": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
}
LOOKED = ["message.output", "tool.execution", "message.output"]


class Person(BaseModel):
    name: str
    age: int


def client() -> Mistral:
    return Mistral(api_key=KEY, server_url=URL)


sdk = client()
agents, conversations, connectors = sdk.beta.agents, sdk.beta.conversations, sdk.beta.connectors


def step(name, call, expected=lambda result: True):
    """One call. `expected` says whether its result is right; what it needs is in the result it returns."""
    try:
        result = call()
        right = expected(result)
        problem = None if right else f"gave {result!r}"[:500]
    except Exception as error:  # Every failure is a line of the report, and the other steps go on.
        result, problem = None, f"{type(error).__name__}: {error}"[:500]
    print(json.dumps({"step": name, "problem": problem}), flush=True)
    return result


def types(answer):
    return [output.type for output in answer.outputs]


def events(open_stream):
    with open_stream() as stream:
        return [event.event for event in stream]


def ends_well(heard):
    return heard[0] == "conversation.response.started" and heard[-1] == "conversation.response.done"


def words(open_stream):
    with open_stream() as stream:
        return "".join(event.data.choices[0].delta.content or "" for event in stream)


def status_of(call):
    try:
        call()
    except errors.MistralError as error:
        return error.status_code
    return None


def use_connectors():
    made = step(
        "connectors.create",
        lambda: connectors.create(name="eyes", description="Looks.", server=TOOLS),
        lambda one: one.name == "eyes",
    )
    step("connectors.list", lambda: connectors.list(), lambda page: [one.name for one in page.items] == ["eyes"])
    step(
        "connectors.list, active",
        lambda: connectors.list(query_filters={"active": True}),
        lambda page: len(page.items) == 1,
    )
    step("connectors.get", lambda: connectors.get(connector_id_or_name="eyes"), lambda one: one.id == made.id)
    step(
        "connectors.update",
        lambda: connectors.update(connector_id=made.id, description="Looks well."),
        lambda one: one.description == "Looks well.",
    )
    for pretty in (False, True):
        step(
            f"connectors.list_tools, pretty={pretty}",
            lambda: connectors.list_tools(connector_id_or_name="eyes", pretty=pretty, refresh=True),
            lambda tools: [tool.name for tool in tools] == ["look"],
        )
    step(
        "connectors.call_tool",
        lambda: connectors.call_tool(connector_id_or_name="eyes", tool_name="look", arguments={"where": "x"}),
        lambda answer: answer.content[0].text == "seen",
    )
    step(
        "connectors.get_authentication_methods",
        lambda: connectors.get_authentication_methods(connector_id_or_name="eyes"),
    )
    for level in LEVELS:
        on = {"connector_id_or_name": "eyes"}
        for token in ("first", "second"):
            step(
                f"connectors.create_or_update_{level}_credentials, {token}",
                lambda: getattr(connectors, f"create_or_update_{level}_credentials")(
                    **on, name="one", credentials={"bearer_token": token}
                ),
            )
        step(
            f"connectors.list_{level}_credentials",
            lambda: getattr(connectors, f"list_{level}_credentials")(**on),
            lambda page: [one.name for one in page.credentials] == ["one"],
        )
        step(
            f"connectors.delete_{level}_credentials",
            lambda: getattr(connectors, f"delete_{level}_credentials")(**on, credentials_name="one"),
        )
        for change in ("deactivate", "activate"):
            step(
                f"connectors.{change}_for_{level}",
                lambda: getattr(connectors, f"{change}_for_{level}")(connector_id=made.id),
            )
    return made


def use_agents(connector):
    tools = [{"type": "connector", "connector_id": connector.id}, FUNCTION]
    made = step(
        "agents.create",
        lambda: agents.create(model="looks", name="Looker", tools=tools, metadata={"lot": 1}),
        lambda one: one.version == 0,
    )
    step("agents.list", lambda: agents.list(), lambda page: [one.id for one in page] == [made.id])
    step(
        "agents.list, None given",
        lambda: agents.list(metadata=None, name=None, sources=None),
        lambda page: len(page) == 1,
    )
    step("agents.list, metadata", lambda: agents.list(metadata={"lot": 1}), lambda page: len(page) == 1)
    step(
        "agents.update",
        lambda: agents.update(agent_id=made.id, description="x"),
        lambda one: one.versions == [0, 1],
    )
    step(
        "agents.update_version",
        lambda: agents.update_version(agent_id=made.id, version=0),
        lambda one: one.version == 0,
    )
    step("agents.list_versions", lambda: agents.list_versions(agent_id=made.id), lambda page: len(page) == 2)
    step(
        "agents.get_version",
        lambda: agents.get_version(agent_id=made.id, version="1"),
        lambda one: one.version == 1,
    )
    step(
        "agents.create_version_alias",
        lambda: agents.create_version_alias(agent_id=made.id, alias="prod", version=1),
    )
    step(
        "agents.list_version_aliases",
        lambda: agents.list_version_aliases(agent_id=made.id),
        lambda page: len(page) == 1,
    )
    step(
        "agents.get, by alias",
        lambda: agents.get(agent_id=made.id, agent_version="prod"),
        lambda one: one.version == 1,
    )
    step("agents.delete_version_alias", lambda: agents.delete_version_alias(agent_id=made.id, alias="prod"))
    return made


def use_conversations(agent, connector):
    begun = step(
        "conversations.start",
        lambda: conversations.start(agent_id=agent.id, inputs="Look"),
        lambda a: types(a) == LOOKED,
    )
    on = {"conversation_id": begun.conversation_id}
    step("conversations.append", lambda: conversations.append(**on, inputs="More"), lambda a: types(a) == LOOKED)
    step("conversations.get", lambda: conversations.get(**on), lambda one: one.agent_id == agent.id)
    step("conversations.list", lambda: conversations.list(), lambda page: len(page) == 1)
    step("conversations.list, None given", lambda: conversations.list(metadata=None), lambda page: len(page) == 1)
    history = step(
        "conversations.get_history",
        lambda: conversations.get_history(**on),
        lambda one: len(one.entries) == 8,
    )
    step("conversations.get_messages", lambda: conversations.get_messages(**on), lambda one: len(one.messages) == 6)
    again = {**on, "from_entry_id": history.entries[0].id, "inputs": "Again"}
    step("conversations.restart", lambda: conversations.restart(**again), lambda a: types(a) == LOOKED)
    step(
        "conversations.start_stream",
        lambda: events(lambda: conversations.start_stream(agent_id=agent.id, inputs="x")),
        ends_well,
    )
    step(
        "conversations.append_stream",
        lambda: events(lambda: conversations.append_stream(**on, inputs="x")),
        ends_well,
    )
    step("conversations.restart_stream", lambda: events(lambda: conversations.restart_stream(**again)), ends_well)
    step(
        "a stream that fails",
        lambda: events(lambda: conversations.start_stream(model="fails", inputs="x")),
        lambda heard: heard[-1] == "conversation.response.error",
    )
    step(
        "conversations.start, everything None",
        lambda: conversations.start(
            model="says", inputs="x", store=None, tools=None, instructions=None, name=None, metadata=None,
            guardrails=None, completion_args=None, handoff_execution=None, description=None,
        ),
        lambda answer: answer.outputs[0].content == "Hello.",
    )
    asked = step(
        "a function of the caller",
        lambda: conversations.start(model="asks", inputs="How old?", tools=[FUNCTION]),
        lambda answer: types(answer) == ["function.call"],
    )
    result = {"type": "function.result", "tool_call_id": asked.outputs[0].tool_call_id, "result": "3"}
    step(
        "its result",
        lambda: conversations.append(conversation_id=asked.conversation_id, inputs=[result]),
        lambda answer: answer.outputs[0].content == "Told: 3",
    )
    expert = agents.create(model="says", name="expert")
    desk = agents.create(model="hands over", name="desk", handoffs=[expert.id])
    step(
        "a handoff",
        lambda: conversations.start(agent_id=desk.id, inputs="x"),
        lambda answer: types(answer) == ["agent.handoff", "message.output"],
    )
    step("conversations.delete", lambda: conversations.delete(**on))


def use_runs(agent, connector):
    """`run_async` and `run_stream_async`: the loop on the client's side. A client belongs to one event loop."""

    async def with_function():
        async with RunContext(model="asks") as context:

            @context.register_func
            def get_age(name: str) -> int:
                """Age of a person."""
                return 3

            return await client().beta.conversations.run_async(run_ctx=context, inputs="How old?")

    async def with_format():
        async with RunContext(model="writes json", output_format=Person) as context:
            return await client().beta.conversations.run_async(run_ctx=context, inputs="Who?")

    async def streamed():
        async with RunContext(agent_id=agent.id) as context:

            @context.register_func
            def get_age(name: str) -> int:
                """Age of a person."""
                return 3

            stream = await client().beta.conversations.run_stream_async(run_ctx=context, inputs="Look")
            return [getattr(item, "event", "result") async for item in stream]

    async def confirmed():
        wish = {"requires_confirmation": ["look"]}
        tool = {"type": "connector", "connector_id": connector.id, "tool_configuration": wish}
        careful = agents.create(model="looks", name="careful", tools=[tool])
        runs = client().beta.conversations
        async with RunContext(agent_id=careful.id) as context:
            try:
                return await runs.run_async(run_ctx=context, inputs="Look")
            except Exception as deferred:
                words = [call.confirm() for call in deferred.deferred_calls]
                found = deferred.conversation_id
        async with RunContext(agent_id=careful.id, conversation_id=found) as context:
            return await runs.run_async(run_ctx=context, inputs=words)

    step(
        "run_async with a function",
        lambda: asyncio.run(with_function()),
        lambda run: run.output_as_text == "Told: 3",
    )
    step(
        "run_async with a format",
        lambda: asyncio.run(with_format()),
        lambda run: run.output_as_model == Person(name="Ann", age=3),
    )
    step(
        "run_stream_async",
        lambda: asyncio.run(streamed()),
        lambda heard: {"tool.execution.delta", "tool.execution.done"} <= set(heard) and heard[-1] == "result",
    )
    step(
        "an agent keeps its tools after a run",
        lambda: agents.get(agent_id=agent.id),
        lambda one: [tool.type for tool in one.tools] == ["connector", "function"],
    )
    step(
        "run_async that waits for a person",
        lambda: asyncio.run(confirmed()),
        lambda run: run.output_as_text == "Told: seen",
    )


def use_completions(agent):
    asked = {"messages": [{"role": "user", "content": "Hi"}]}
    step("models.list", lambda: sdk.models.list(), lambda page: len(page.data) > 0)
    step("models.retrieve", lambda: sdk.models.retrieve(model_id=sdk.models.list().data[0].id))
    step(
        "chat.complete",
        lambda: sdk.chat.complete(model="says", **asked),
        lambda a: a.choices[0].message.content == "Hello.",
    )
    step(
        "chat.complete, tools",
        lambda: sdk.chat.complete(model="asks", tools=[FUNCTION], **asked),
        lambda answer: answer.choices[0].message.tool_calls[0].function.name == "get_age",
    )
    step("chat.stream", lambda: words(lambda: sdk.chat.stream(model="says", **asked)), lambda said: said == "Hello.")
    step(
        "chat.parse",
        lambda: sdk.chat.parse(model="writes json", response_format=Person, **asked),
        lambda answer: answer.choices[0].message.parsed == Person(name="Ann", age=3),
    )
    looks = lambda answer: answer.choices[0].message.content == "Told: seen"
    step("agents.complete", lambda: sdk.agents.complete(agent_id=agent.id, **asked), looks)
    step(
        "agents.stream",
        lambda: words(lambda: sdk.agents.stream(agent_id=agent.id, **asked)),
        lambda said: "Told: seen" in said,
    )


def use_errors():
    step("404", lambda: status_of(lambda: agents.get(agent_id="ag_none")), lambda status: status == 404)
    step("422", lambda: status_of(lambda: conversations.start(inputs="x")), lambda status: status == 422)
    stranger = Mistral(api_key="another", server_url=URL)
    step("401", lambda: status_of(lambda: stranger.beta.agents.list()), lambda status: status == 401)


connector = use_connectors()
agent = use_agents(connector)
use_conversations(agent, connector)
use_runs(agent, connector)
use_completions(agent)
use_errors()
step("agents.delete", lambda: agents.delete(agent_id=agent.id))
step("connectors.delete", lambda: connectors.delete(connector_id=connector.id))
