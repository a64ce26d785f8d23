"""Large sealed parts and the sealed chunks of files: bytes in a folder or a bucket, and what the database says of them.

A file counts once the database says that it is safe, and it says so once its bytes are. Each upload has a name of its
own that is never used again: nobody's late deletion can hit somebody else's new upload of the same bytes, however many
hub processes there are.
"""
