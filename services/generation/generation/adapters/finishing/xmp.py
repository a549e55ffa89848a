"""The XMP packet of a picture: how it came to be, for whoever reads metadata without C2PA."""

from html import escape

from generation.domain import Origin

CREATOR_TOOL = "Figurine studio"
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}


def packet(origin: Origin) -> bytes:
    """The packet: source type, tool, engine and model, a sentence, and the figurine's id; nothing of the person."""
    fields = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in _fields(origin).items())
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    sentence = escape(origin.making.sentence)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {spaces}>{fields}'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{sentence}</rdf:li></rdf:Alt></dc:description>'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def _fields(origin: Origin) -> dict[str, str]:
    fields = {
        "Iptc4xmpExt:DigitalSourceType": origin.making.source_type,
        "xmp:CreatorTool": f"{CREATOR_TOOL}, engine {origin.engine}",
        "dc:identifier": origin.figurine_id.urn,
    }
    if origin.painted_at:
        fields["xmp:CreateDate"] = origin.painted_at.isoformat(timespec="seconds")
    if origin.making.generative:
        # IPTC Photo Metadata 2025.1
        fields["Iptc4xmpExt:AISystemUsed"] = origin.engine
        if origin.model:
            fields["Iptc4xmpExt:AISystemVersionUsed"] = origin.model
    return fields
