"""The web chat: a page for young people, without an account. The page fetches what is for it, so nothing is pushed."""

from bot.channels.webchat.routes import WebChatPage, chat_routes

__all__ = ["WebChatPage", "chat_routes"]
