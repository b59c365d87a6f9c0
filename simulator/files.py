"""Media over the API: uploaded, described, fetched, deleted (Meta, "Media")."""

from http import HTTPStatus

from starlette.datastructures import UploadFile

from simulator import nodes
from simulator.calls import SUCCESS, Answer, Call
from simulator.errors import Refusal
from simulator.media import File, MediaStore, check_upload
from simulator.world import Number, World


class Files:
    """The verbs for media."""

    def __init__(self, world: World, media: MediaStore) -> None:
        self._world = world
        self._media = media

    async def upload(self, call: Call, number: Number) -> Answer:
        """Keep a file for a number."""
        async with call.request.form() as form:
            file = form.get("file")
            fields = {key: value for key, value in form.items() if isinstance(value, str)}
            call.body = {**fields, "file": None}
            if fields.get("messaging_product") != "whatsapp":
                raise Refusal(100, "The parameter messaging_product is required.")
            if not isinstance(file, UploadFile):
                raise Refusal(100, "The parameter file is required, as a part with a file name.")
            mime = fields.get("type") or file.content_type or ""
            call.body["file"] = {"name": file.filename, "type": mime, "size": file.size}
            content = await file.read()
        check_upload(mime, len(content))
        kept = self._media.add(number.id, content, mime, filename=file.filename)
        return Answer({"id": kept.id})

    async def describe(self, call: Call, file: File) -> Answer:
        """Tell an address where the file can be fetched for five minutes."""
        _check_owner(call, file)
        return Answer(nodes.media(file, self._media.address(file)))

    async def delete(self, call: Call, file: File) -> Answer:
        """Forget a file."""
        _check_owner(call, file)
        self._media.remove(file.id)
        return SUCCESS

    def fetch(self, call: Call) -> Answer:
        """Answer with the bytes behind an address."""
        call.what = "media"
        query = call.request.query_params
        file = self._media.fetch(query.get("mid", ""), query.get("hash", ""))
        if file is None or self._world.numbers[file.owner].waba.app is not call.app:
            return Answer({}, HTTPStatus.NOT_FOUND)
        return Answer(file.content, media_type=file.mime_type)


def _check_owner(call: Call, file: File) -> None:
    if call.request.query_params.get("phone_number_id", file.owner) != file.owner:
        raise Refusal(100, "The media does not belong to this phone number.")
