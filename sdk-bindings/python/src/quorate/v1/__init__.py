"""The generated types of the schema, in one place. Their comments are the contract of the API."""

from quorate.v1.admin_pb2 import *
from quorate.v1.barrier_pb2 import *
from quorate.v1.common_pb2 import *
from quorate.v1.election_pb2 import *
from quorate.v1.errors_pb2 import *
from quorate.v1.event_pb2 import *
from quorate.v1.lock_pb2 import *
from quorate.v1.membership_pb2 import *
from quorate.v1.name_pb2 import *
from quorate.v1.quorum_pb2 import *
from quorate.v1.recovery_pb2 import *
from quorate.v1.session_pb2 import *
