"""A local AWS whose S3 encryption behaves as AWS documents it: moto, corrected."""
