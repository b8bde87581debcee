using System.Security.Cryptography;

namespace Packetboat.Protocol.Dkim;

/// <summary>SHA-256 of a body in one of its two forms, while it goes by. RFC 6376 §3.4.3, §3.4.4.</summary>
internal sealed class DkimBodyHash(DkimCanonicalization form) : IDisposable
{
    private static readonly byte[] LineEnds = [.. Enumerable.Repeat("\r\n"u8.ToArray(), 128).SelectMany(end => end)];

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _gathered = form is DkimCanonicalization.Relaxed ? new byte[2048] : [];
    private int _gatheredLength;
    private long _lineEnds; // kept back: at the end of the body they do not count
    private bool _carriageReturn; // kept back: what it is depends on what follows
    private bool _blank; // kept back: at the end of a line it does not count
    private bool _hasContent;

    public void Append(ReadOnlySpan<byte> octets)
    {
        if (_carriageReturn && !octets.IsEmpty)
        {
            _carriageReturn = false;
            if (octets[0] == '\n')
            {
                LineEnd();
                octets = octets[1..];
            }
            else
            {
                Content("\r"u8);
            }
        }

        if (form is DkimCanonicalization.Simple)
            Simple(octets);
        else
            Relaxed(octets);
    }

    public byte[] Complete()
    {
        if (_carriageReturn)
            Content("\r"u8);
        // An empty body is one line end in the simple form, and nothing in the relaxed one.
        if (_hasContent || form is DkimCanonicalization.Simple)
            Emit("\r\n"u8);
        _hash.AppendData(_gathered.AsSpan(0, _gatheredLength));
        return _hash.GetHashAndReset();
    }

    public void Dispose() => _hash.Dispose();

    private void Simple(ReadOnlySpan<byte> octets)
    {
        if (octets.EndsWith("\r"u8))
        {
            _carriageReturn = true;
            octets = octets[..^1];
        }

        long lineEnds = 0;
        while (octets.EndsWith("\r\n"u8))
        {
            octets = octets[..^2];
            lineEnds++;
        }

        if (!octets.IsEmpty)
            Content(octets);
        _lineEnds += lineEnds;
    }

    private void Relaxed(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            int run = octets.IndexOfAny((byte)' ', (byte)'\t', (byte)'\r');
            if (run != 0)
            {
                run = run < 0 ? octets.Length : run;
                Content(octets[..run]);
                octets = octets[run..];
                continue;
            }

            if (octets[0] != '\r')
                _blank = true;
            else if (octets.Length == 1)
                _carriageReturn = true;
            else if (octets[1] != '\n')
                Content("\r"u8);
            else
            {
                LineEnd();
                octets = octets[1..];
            }

            octets = octets[1..];
        }
    }

    private void LineEnd() => (_lineEnds, _blank) = (_lineEnds + 1, false);

    private void Content(ReadOnlySpan<byte> octets)
    {
        for (; _lineEnds > 0; _lineEnds -= Math.Min(_lineEnds, LineEnds.Length / 2))
            Emit(LineEnds.AsSpan(0, (int)Math.Min(_lineEnds * 2, LineEnds.Length)));
        if (_blank)
            Emit(" "u8);
        (_blank, _hasContent) = (false, true);
        Emit(octets);
    }

    private void Emit(ReadOnlySpan<byte> octets)
    {
        if (octets.Length > _gathered.Length - _gatheredLength)
        {
            _hash.AppendData(_gathered.AsSpan(0, _gatheredLength));
            _gatheredLength = 0;
        }

        if (octets.Length > _gathered.Length)
        {
            _hash.AppendData(octets);
            return;
        }

        octets.CopyTo(_gathered.AsSpan(_gatheredLength));
        _gatheredLength += octets.Length;
    }
}
