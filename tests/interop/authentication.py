"""Autobahn|Python joins the example `authentication` by ticket, WAMP-CRA, SCRAM and cryptosign, over WebSocket and RawSocket, in
JSON, MessagePack and CBOR, with right and wrong credentials; joined, it calls itself through the router.

Usage: python authentication.py ws://127.0.0.1:8080/ws
"""

import asyncio
import os
import sys

import txaio

txaio.use_asyncio()

from autobahn.asyncio.rawsocket import WampRawSocketClientFactory
from autobahn.asyncio.wamp import ApplicationSession
from autobahn.asyncio.websocket import WampWebSocketClientFactory
from autobahn.wamp.auth import create_authenticator
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import ComponentConfig

URL = sys.argv[1]
HOST, PORT = URL.removeprefix("ws://").removesuffix("/ws").rsplit(":", 1)
EXPECTED = 48
PATIENCE = float(os.environ.get("INTEROP_TIMEOUT_MS", "20000")) / 1000
passed = failed = 0


def check(condition, what):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print(f"  FAILED  {what}")


class Session(ApplicationSession):
    """Joins by one authenticator, and tells what came of it."""

    def __init__(self, authenticator, outcome):
        super().__init__(ComponentConfig("realm1", {}))
        self.authenticator = authenticator
        self.outcome = outcome

    def onConnect(self):
        auth = self.authenticator
        self.join("realm1", authmethods=[auth.name], authid=auth._args.get("authid"), authextra=auth.authextra)

    def onChallenge(self, challenge):
        return self.authenticator.on_challenge(self, challenge)

    async def onJoin(self, details):
        try:
            # Of its own: the session before may not have left yet.
            procedure = f"com.example.python.add{details.session}"
            await self.register(lambda a, b: a + b, procedure)
            total = await self.call(procedure, 19, 23)
            self.tell((details.authid, details.authrole, details.authmethod, total))
        except Exception as error:
            self.tell((repr(error),))
        self.leave()

    def onLeave(self, details):
        self.tell((details.reason,))
        self.disconnect()

    def tell(self, what):
        if not self.outcome.done():
            self.outcome.set_result(what)


async def join(transport, serializer, authenticator):
    loop = asyncio.get_running_loop()
    outcome = loop.create_future()
    make = lambda: Session(authenticator, outcome)
    if transport == "websocket":
        factory = WampWebSocketClientFactory(make, url=URL, serializers=[serializer()])
    else:
        factory = WampRawSocketClientFactory(make, serializer=serializer())
    connection, _ = await loop.create_connection(factory, HOST, int(PORT))
    try:
        return await asyncio.wait_for(outcome, PATIENCE)
    finally:
        connection.close()


def cases():
    """What authenticates, and what must come of it."""
    denied = ("wamp.error.authentication_denied",)
    seed = "07" * 32
    yield lambda: create_authenticator("ticket", authid="joe", ticket="joes ticket"), ("joe", "clerk", "ticket", 42)
    yield lambda: create_authenticator("ticket", authid="joe", ticket="peters secret"), denied
    yield lambda: create_authenticator("wampcra", authid="peter", secret="peters secret"), ("peter", "clerk", "wampcra", 42)
    yield lambda: create_authenticator("wampcra", authid="mary", secret="marys password"), ("mary", "manager", "wampcra", 42)
    yield lambda: create_authenticator("wampcra", authid="mary", secret="marys passwort"), denied
    yield lambda: create_authenticator("scram", authid="susan", password="susans password"), ("susan", "clerk", "scram", 42)
    yield lambda: create_authenticator("scram", authid="susan", password="susans passwort"), denied
    yield lambda: create_authenticator("cryptosign", authid="alice", privkey=seed, authextra={}), ("alice", "manager", "cryptosign", 42)


async def main():
    for transport in ("websocket", "rawsocket"):
        for serializer in (JsonSerializer, MsgPackSerializer, CBORSerializer):
            before = passed
            for authenticator, expected in cases():
                found = await join(transport, serializer, authenticator())
                check(found == expected, f"{transport}, {serializer.__name__}: expected {expected}, found {found}")
            print(f"  {transport}, {serializer.__name__}: {passed - before} of 8")


try:
    asyncio.run(main())
except Exception as error:
    failed += 1
    print(f"  FAILED  stopped by {error!r}")
print(f"Autobahn|Python: {passed} of {EXPECTED} checks")
print(f"{passed} passed, {failed} failed")
sys.exit(0 if passed == EXPECTED and failed == 0 else 1)
