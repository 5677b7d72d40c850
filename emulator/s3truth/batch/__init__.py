"""S3 Batch Operations on the store of the local AWS.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops.html
"""
