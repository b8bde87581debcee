using System.Buffers;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>
/// Finds where a dot has to be doubled, and refuses whatever is not CRLF-clean. RFC 5321 §4.5.2 and §2.3.8.
/// A bare CR or LF never leaves: one receiver takes it for a line end and the next one does not, and what lies between them is a
/// smuggled message. Nor does a NUL, behind which a receiver that drops it finds a dot alone. RFC 5322 §4.
/// </summary>
internal struct DotStuffer
{
    private static readonly SearchValues<byte> Special = SearchValues.Create("\r\n\0"u8);

    private State _state;

    private enum State : byte
    {
        LineStart,
        MidLine,
        AfterCr,
        Unclean,
    }

    /// <summary>Once false, nothing more may be sent, least of all the final dot.</summary>
    public readonly bool IsClean => _state is not State.Unclean;

    /// <summary>What must follow the last chunk: the final dot, on a line of its own even if the last line was left open.</summary>
    public readonly ReadOnlySpan<byte> End => _state is State.LineStart ? ".\r\n"u8 : "\r\n.\r\n"u8;

    /// <summary>
    /// Takes as much of <paramref name="text"/> as can be written as it stands. Where <paramref name="dotFollows"/>, a dot goes between
    /// that and the rest; otherwise all of it was taken, or the text is unclean.
    /// </summary>
    public int Take(ReadOnlySpan<byte> text, out bool dotFollows)
    {
        dotFollows = false;
        int taken = 0;
        while (taken < text.Length && IsClean)
        {
            if (_state is State.LineStart && text[taken] == '.')
            {
                _state = State.MidLine;
                dotFollows = true;
                return taken;
            }

            taken += Step(text[taken..]);
        }

        return taken;
    }

    /// <summary>For content that is counted instead, and needs no dots. Once unclean, it stays so.</summary>
    public void Pass(ReadOnlySpan<byte> text)
    {
        for (int at = 0; at < text.Length && IsClean; )
            at += Step(text[at..]);
    }

    /// <summary>The content is over: a CR still waiting for its LF will not get it.</summary>
    public void Finish()
    {
        if (_state is State.AfterCr)
            _state = State.Unclean;
    }

    private int Step(ReadOnlySpan<byte> text)
    {
        if (_state is State.AfterCr)
        {
            _state = text[0] == '\n' ? State.LineStart : State.Unclean;
            return 1;
        }

        int end = text.IndexOfAny(Special);
        if (end < 0)
        {
            _state = State.MidLine;
            return text.Length;
        }

        if (text[end..].StartsWith("\r\n"u8))
        {
            _state = State.LineStart;
            return end + 2;
        }

        _state = text[end] == '\r' && end + 1 == text.Length ? State.AfterCr : State.Unclean;
        return end + 1;
    }
}
