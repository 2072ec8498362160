"""The doorbell: the only room that knows Redis and RQ, together with workers/.

Redis holds nothing that may not be lost: bells that say "something is due", and the marks of idle drains.
"""

from hub.queue.bell import JOB, QUEUE, RedisBell, open_redis
from hub.queue.pace import OwnPace, SharedPace
from hub.queue.server import PrivateServer

__all__ = ["JOB", "QUEUE", "OwnPace", "PrivateServer", "RedisBell", "SharedPace", "open_redis"]
