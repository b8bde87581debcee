using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Queue;

public sealed class LaneTableTests
{
    private readonly LaneTable _lanes = new();

    [Fact]
    public void The_next_end_of_a_closing_is_that_of_the_first_lane_which_is_closed_beyond_now()
    {
        Lane(1).Close("refused", Cause.None, isParked: false, TestMail.Noon.AddMinutes(1));
        Lane(2).Close("refused", Cause.None, isParked: false, TestMail.Noon.AddMinutes(3));
        Lane(3).Close("refused", Cause.None, isParked: false, TestMail.Noon.AddMinutes(2));

        Assert.Equal(TestMail.Noon.AddMinutes(1), _lanes.NextEnd(TestMail.Noon));
        Assert.Equal(TestMail.Noon.AddMinutes(2), _lanes.NextEnd(TestMail.Noon.AddMinutes(1)));
        Assert.Null(_lanes.NextEnd(TestMail.Noon.AddMinutes(3)));
    }

    [Fact]
    public void A_lane_that_is_closed_anew_has_one_end_and_one_that_opens_has_none()
    {
        Lane lane = Lane(1);
        lane.Close("refused", Cause.None, isParked: false, TestMail.Noon.AddMinutes(1));
        lane.Close("refused", Cause.None, isParked: false, TestMail.Noon.AddMinutes(2));
        Assert.Empty(_lanes.ClosedUntil(TestMail.Noon.AddMinutes(1)));
        Assert.Equal([lane], _lanes.ClosedUntil(TestMail.Noon.AddMinutes(2)));

        lane.ProbeNow(TestMail.Noon);
        Assert.Equal([lane], _lanes.ClosedUntil(TestMail.Noon));

        lane.Open(5);
        Assert.Empty(_lanes.ClosedUntil(TestMail.Noon.AddDays(1)));
        Assert.Null(_lanes.NextEnd(TestMail.Noon.AddDays(-1)));
    }

    [Fact]
    public void News_are_an_alarm_the_store_does_not_know_and_mail_to_be_woken()
    {
        Lane lane = Lane(1);
        lane.Alarm = "parked";
        Assert.Equal([lane], _lanes.WithNews);
        lane.StoredAlarm = "parked";
        Assert.Empty(_lanes.WithNews);
        lane.WakesMail = true;
        Assert.Equal([lane], _lanes.WithNews);
        lane.WakesMail = false;
        Assert.Empty(_lanes.WithNews);
    }

    [Fact]
    public void A_lane_with_more_is_one_that_is_known_to_work()
    {
        Lane lane = Lane(1);
        lane.HasStored = true;
        Assert.Empty(_lanes.WithMore);
        lane.Open(5);
        Assert.Equal([lane], _lanes.WithMore);
        lane.Close("refused", Cause.None, isParked: false, TestMail.Noon);
        Assert.Empty(_lanes.WithMore);
    }

    [Fact]
    public void Of_too_many_closed_lanes_those_that_open_soonest_are_forgotten_but_not_what_has_work_or_an_alarm()
    {
        for (int i = 0; i < LaneTable.MaxLanes + 10; i++)
            Lane(i).Close("refused", Cause.None, isParked: false, TestMail.Noon.AddSeconds(i));
        Assert.True(_lanes.TryGet(Name(0), out Lane? working));
        Assert.True(_lanes.TryGet(Name(1), out Lane? alarming));
        working.InHand = 1;
        alarming.Alarm = "it does not take mail";

        _lanes.Trim();
        Assert.Equal((LaneTable.MaxLanes, false), (_lanes.Count, _lanes.IsFull));
        Assert.True(_lanes.TryGet(Name(0), out _) && _lanes.TryGet(Name(1), out _) && _lanes.TryGet(Name(12), out _));
        Assert.False(_lanes.TryGet(Name(2), out _) || _lanes.TryGet(Name(11), out _));
        Assert.Equal([working, alarming], _lanes.ClosedUntil(TestMail.Noon.AddSeconds(11)));
        _lanes.Trim();
        Assert.Equal(LaneTable.MaxLanes, _lanes.Count);
    }

    private static string Name(int number) => new Route.Direct($"d{number}.example").Name;

    private Lane Lane(int number) => _lanes.Add(new Route.Direct($"d{number}.example"));
}
