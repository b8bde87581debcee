using System.Net;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tests.Configuration;

public sealed class ReloadedFileTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _time = new();
    private readonly ConfigurationFolder _folder = new();

    [Fact]
    public void A_missing_file_is_an_empty_list() => Assert.False(NewFilter().Matches("spam"));

    [Fact]
    public void A_changed_file_is_noticed_at_the_next_look_and_no_sooner()
    {
        FilterFile list = NewFilter();
        Assert.False(list.Matches("spam"));

        _folder.With("test.can", "spam\n");
        _time.Advance(Interval - TimeSpan.FromTicks(1));
        Assert.False(list.Matches("spam"));

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(list.Matches("spam"));
    }

    [Fact]
    public void A_change_that_keeps_the_length_is_noticed_by_its_time()
    {
        FilterFile list = NewFilter("spam\n");
        Assert.True(list.Matches("spam"));
        _folder.With("test.can", "ham!\n");
        File.SetLastWriteTimeUtc(Path.Combine(_folder.Ctrl, "test.can"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        _time.Advance(Interval);
        Assert.False(list.Matches("spam"));
    }

    [Fact]
    public void A_file_that_vanishes_is_an_empty_list()
    {
        FilterFile list = NewFilter("10.0.0.0/8\n");
        Assert.True(list.Names(IPAddress.Parse("10.1.1.1"), null));
        File.Delete(Path.Combine(_folder.Ctrl, "test.can"));
        _time.Advance(Interval);
        Assert.False(list.Names(IPAddress.Parse("10.1.1.1"), null));
    }

    [Fact]
    public void An_entry_expires_without_the_file_changing()
    {
        _time.SetUtcNow(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));
        FilterFile list = NewFilter("10.1.1.1\te=2026-05-04T12:00:03Z\n");
        Assert.True(list.Matches(IPAddress.Parse("10.1.1.1"), null));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.False(list.Matches(IPAddress.Parse("10.1.1.1"), null));
    }

    [Fact]
    public void A_file_beyond_reason_leaves_the_list_as_it_was_and_says_so()
    {
        FilterFile list = NewFilter("spam\n");
        Assert.True(list.Matches("spam"));
        using (FileStream file = File.OpenWrite(Path.Combine(_folder.Ctrl, "test.can")))
            file.SetLength(17 * 1024 * 1024);
        _time.Advance(Interval);
        Assert.True(list.Matches("spam"));
        Assert.Equal("larger than 16 MiB", list.Fault);
    }

    [Fact]
    public void Aliases_follow_their_file()
    {
        _folder.With("alias.cfg", "a b\n");
        var aliases = new AliasFile(Path.Combine(_folder.Ctrl, "alias.cfg"), Interval, _time);
        Assert.Equal("b", aliases.Resolve("a"));
        _folder.With("alias.cfg", "a other\n");
        _time.Advance(Interval);
        Assert.Equal("other", aliases.Resolve("a"));
    }

    public void Dispose() => _folder.Dispose();

    private FilterFile NewFilter(string? content = null)
    {
        if (content is not null)
            _folder.With("test.can", content);
        return new FilterFile(Path.Combine(_folder.Ctrl, "test.can"), Interval, _time);
    }
}
