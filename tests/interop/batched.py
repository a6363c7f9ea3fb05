"""Autobahn|Python over batched WebSocket, in JSON, MessagePack and CBOR: calls, errors and events between two sessions, with many messages
in one WebSocket message both ways. In JSON, Autobahn|Python ends messages with 0x18, and understands nothing else.

Usage: python batched.py ws://127.0.0.1:8080/ws
"""

import asyncio
import os
import sys

import txaio

txaio.use_asyncio()

from autobahn.asyncio.wamp import ApplicationSession
from autobahn.asyncio.websocket import WampWebSocketClientFactory, WampWebSocketClientProtocol
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.message import Publish
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import ComponentConfig, PublishOptions

URL = sys.argv[1]
HOST, PORT = URL.removeprefix("ws://").removesuffix("/ws").rsplit(":", 1)
EXPECTED = 18
MANY = 200
PATIENCE = float(os.environ.get("INTEROP_TIMEOUT_MS", "60000")) / 1000
passed = failed = 0


def check(condition, what):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print(f"  FAILED  {what}")


class Protocol(WampWebSocketClientProtocol):
    """Counts messages and the WebSocket messages that they come in."""

    frames = messages = 0

    def onMessage(self, payload, isBinary):
        self.frames += 1
        self.messages += len(self._serializer._serializer.unserialize(payload))
        super().onMessage(payload, isBinary)


class Session(ApplicationSession):
    def __init__(self, joined):
        super().__init__(ComponentConfig("realm1", {}))
        self.joined = joined

    def onJoin(self, details):
        self.joined.set_result(self)

    def onLeave(self, details):
        if not self.joined.done():
            self.joined.set_exception(RuntimeError(details.reason))
        self.disconnect()


async def join(serializer):
    loop = asyncio.get_running_loop()
    joined = loop.create_future()
    factory = WampWebSocketClientFactory(lambda: Session(joined), url=URL, serializers=[serializer(batched=True)])
    factory.protocol = Protocol
    _, protocol = await loop.create_connection(factory, HOST, int(PORT))
    return await joined, protocol


async def cases(serializer, name):
    callee, _ = await join(serializer)
    caller, protocol = await join(serializer)
    check(protocol.websocket_protocol_in_use == f"wamp.2.{name}.batched", f"{name}: the batched subprotocol is agreed on")

    # Of this format: the sessions of the one before may not have left yet.
    await callee.register(lambda a, b: a + b, f"com.example.batched.{name}.add")
    sums = await asyncio.gather(*(caller.call(f"com.example.batched.{name}.add", n, 1) for n in range(MANY)))
    check(sums == list(range(1, MANY + 1)), f"{name}: each of many calls gets its own result")

    def fail():
        raise ApplicationError("com.example.batched.error", "why", 7)

    await callee.register(fail, f"com.example.batched.{name}.fail")
    try:
        await caller.call(f"com.example.batched.{name}.fail")
        check(False, f"{name}: the error reaches the caller")
    except ApplicationError as error:
        check((error.error, error.args) == ("com.example.batched.error", ("why", 7)), f"{name}: the error reaches the caller: {error!r}")

    heard, all_heard = [], asyncio.get_running_loop().create_future()

    def hear(number):
        heard.append(number)
        if len(heard) == 2 * MANY:
            all_heard.set_result(None)

    await caller.subscribe(hear, f"com.example.batched.{name}.topic")
    # Many messages in one WebSocket message, and then one message each.
    numbered = [Publish(callee._request_id_gen.next(), f"com.example.batched.{name}.topic", args=[n]) for n in range(MANY)]
    octets = [callee._transport._serializer.serialize(message) for message in numbered]
    frames, messages = protocol.frames, protocol.messages
    callee._transport.sendMessage(b"".join(one for one, _ in octets), octets[0][1])
    for n in range(MANY, 2 * MANY):
        callee.publish(f"com.example.batched.{name}.topic", n, options=PublishOptions(acknowledge=False))
    await all_heard
    check(heard == list(range(2 * MANY)), f"{name}: the events of a batch, and those after it, come in their order")
    frames, messages = protocol.frames - frames, protocol.messages - messages
    check(messages == 2 * MANY and frames < messages, f"{name}: the router sends batches: {messages} messages in {frames}")

    await callee.publish(f"com.example.batched.{name}.topic", 0, options=PublishOptions(acknowledge=True))
    check(await caller.call(f"com.example.batched.{name}.add", 19, 23) == 42, f"{name}: both sessions are open after that")
    caller.leave()
    callee.leave()


async def main():
    for serializer, name in ((JsonSerializer, "json"), (MsgPackSerializer, "msgpack"), (CBORSerializer, "cbor")):
        before = passed
        await asyncio.wait_for(cases(serializer, name), PATIENCE)
        print(f"  batched {name}: {passed - before} of 6")


try:
    asyncio.run(main())
except Exception as error:
    failed += 1
    print(f"  FAILED  stopped by {error!r}")
print(f"Autobahn|Python, batched: {passed} of {EXPECTED} checks")
print(f"{passed} passed, {failed} failed")
sys.exit(0 if passed == EXPECTED and failed == 0 else 1)
