namespace Packetboat.Protocol.IO;

/// <summary>Why a message cannot be taken although its end was found.</summary>
public enum DataFault
{
    None,

    /// <summary>A CR or LF that is not part of CRLF: where the message ends would be a matter of opinion.</summary>
    BareLineEnd,

    /// <summary>A NUL octet: whoever drops it would see another message, and perhaps a dot alone. RFC 5322 §4, RFC 6152 §3.</summary>
    Nul,

    /// <summary>More octets before a CRLF than a text line may have.</summary>
    LineTooLong,
}

/// <summary>How the end of a message is told.</summary>
public enum MessageFraming
{
    /// <summary>DATA: a line with a lone dot. RFC 5321 §4.1.1.4.</summary>
    Dot,

    /// <summary>BDAT: octets are counted by whoever calls. RFC 3030.</summary>
    Counted,
}

/// <summary>
/// Takes a message as it arrives, checks its lines, takes the dots out of DATA and finds its end. RFC 5321 §2.3.8, §4.1.1.4, §4.5.2.
/// Only <c>CRLF . CRLF</c> ends a clean message. Once a bare CR or LF was seen the message is lost, and a lone dot behind a line end of
/// whatever kind and before a LF stops the reading, so that a careless client gets its refusal instead of a time-out; the session must
/// then close the connection, because what follows may be smuggled.
/// </summary>
public sealed class MessageReader(ILineSink sink)
{
    /// <summary>Octets of a text line without its CRLF. RFC 5321 §4.5.3.1.6.</summary>
    public const int MaxLine = 998;

    private byte[] _line = []; // made when a line comes in two pieces
    private int _held;
    private bool _overlong;
    private OverlongLine _lost;
    private MessageFraming _framing;

    public DataFault Fault { get; private set; }

    /// <summary>The line, counted from 1, at which <see cref="Fault"/> was first seen.</summary>
    public int FaultLine { get; private set; }

    /// <summary>Lines seen so far.</summary>
    public int Lines { get; private set; }

    public bool Ended { get; private set; }

    /// <summary>Makes the reader ready for the next message.</summary>
    public void Begin(MessageFraming framing)
    {
        _framing = framing;
        (_held, _overlong, _lost) = (0, false, default);
        (Fault, FaultLine, Lines, Ended) = (DataFault.None, 0, 0, false);
    }

    /// <summary>The counted octets are over: a last line without CRLF is a line all the same.</summary>
    public void EndOfCount()
    {
        if (_overlong)
            Spoiled(_lost.HasBareLineEnd || _lost.IsHalfEnded ? DataFault.BareLineEnd : DataFault.LineTooLong);
        else if (_held > 0 && _line.AsSpan(0, _held).Contains((byte)'\r'))
            Spoiled(DataFault.BareLineEnd);
        else if (_held > MaxLine)
            Spoiled(DataFault.LineTooLong);
        else if (_line.AsSpan(0, _held).Contains((byte)0))
            Spoiled(DataFault.Nul);
        else if (_held > 0 && Fault == DataFault.None)
            sink.Lines(_line.AsSpan(0, _held));
        Ended = true;
    }

    /// <summary>Consumes bytes up to and including the final dot line, or all of them.</summary>
    /// <returns>How many bytes were consumed; the rest belongs to the next command.</returns>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        int consumed = 0;
        while (consumed < bytes.Length && !Ended)
        {
            ReadOnlySpan<byte> rest = bytes[consumed..];
            int run = _held == 0 && Fault == DataFault.None ? CleanRun(rest) : 0;
            if (run > 0)
            {
                sink.Lines(rest[..run]);
                consumed += run;
                continue;
            }

            int end = rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                Hold(rest);
                return bytes.Length;
            }

            Line(rest[..(end + 1)]);
            consumed += end + 1;
        }

        return consumed;
    }

    /// <summary>
    /// Nearly all of a message: whole lines with nothing to object to or to take out. They are looked at once, and handed on together.
    /// </summary>
    /// <returns>How many octets they have; the line behind them is looked at for itself.</returns>
    private int CleanRun(ReadOnlySpan<byte> text)
    {
        int taken = 0;
        while (taken < text.Length && (text[taken] != '.' || _framing == MessageFraming.Counted))
        {
            ReadOnlySpan<byte> rest = text[taken..];
            int end = rest.IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
            if (end is < 0 or > MaxLine || !rest[end..].StartsWith("\r\n"u8))
                break;
            Lines++;
            taken += end + 2;
        }

        return taken;
    }

    /// <summary>Keeps the front of a line whose end has not arrived; of an overlong one only what matters.</summary>
    private void Hold(ReadOnlySpan<byte> piece)
    {
        if (_line.Length == 0)
            _line = new byte[MaxLine + 3]; // a stuffed dot is not counted: RFC 5321 §4.5.3.1.6
        int fits = Math.Min(piece.Length, _line.Length - _held);
        piece[..fits].CopyTo(_line.AsSpan(_held));
        _held += fits;
        if (fits == piece.Length)
            return;
        if (!_overlong)
            _lost.Watch(_line);
        _overlong = true;
        _lost.Watch(piece[fits..]);
    }

    private void Line(ReadOnlySpan<byte> tail)
    {
        if (_held == 0)
        {
            WholeLine(tail);
            return;
        }

        Hold(tail);
        if (_overlong)
            EndOverlong();
        else
            WholeLine(_line.AsSpan(0, _held));
        (_held, _overlong, _lost) = (0, false, default);
    }

    private void EndOverlong()
    {
        Spoiled(_lost.HasBareLineEnd ? DataFault.BareLineEnd : DataFault.LineTooLong);
        Ended = _framing == MessageFraming.Dot && _lost is { HasBareLineEnd: true, EndsInLoneDot: true };
    }

    private void WholeLine(ReadOnlySpan<byte> line)
    {
        int carriageReturn = line.IndexOf((byte)'\r');
        if (carriageReturn < 0 || carriageReturn != line.Length - 2)
        {
            Spoiled(DataFault.BareLineEnd);
            Ended = _framing == MessageFraming.Dot && IsLoneDot(line);
            return;
        }

        if (line[0] == '.' && _framing == MessageFraming.Dot)
        {
            if (line.Length == 3)
            {
                Ended = true;
                return;
            }

            line = line[1..];
        }

        Lines++;
        if (line.Length > MaxLine + 2)
            Note(DataFault.LineTooLong);
        else if (line.Contains((byte)0))
            Note(DataFault.Nul);
        else if (Fault == DataFault.None)
            sink.Lines(line);
    }

    private void Spoiled(DataFault fault)
    {
        Lines++;
        Note(fault);
    }

    private void Note(DataFault fault)
    {
        if (Fault == DataFault.None || (fault == DataFault.BareLineEnd && Fault != DataFault.BareLineEnd))
            (Fault, FaultLine) = (fault, Lines);
    }

    /// <summary>A dot alone, after and before line ends of any kind, seen once the message is already lost.</summary>
    private static bool IsLoneDot(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> last = line[..^1].TrimEnd((byte)'\r');
        int previous = last.LastIndexOf((byte)'\r');
        return last[(previous + 1)..].SequenceEqual("."u8);
    }
}
