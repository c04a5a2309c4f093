"""S3 on this machine (moto), and a desk whose program and engines use it."""

import logging
import os

import boto3
from moto.server import ThreadedMotoServer

from desk import Desk


def moto():
    """A server that runs until it is stopped."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    return server


def desk_at(host, port):
    """A desk for S3 at an address, where a bucket `lake` is made."""
    endpoint = f"http://{host}:{port}"
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
    }
    os.environ.update(environment)
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket="lake")
    return Desk(environment, environment)
